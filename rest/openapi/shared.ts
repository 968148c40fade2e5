import { errorTable } from '../../src/errors.ts';
import type { JsonObject } from './json.ts';

export const ref = (kind: string, name: string): JsonObject => ({ $ref: `#/components/${kind}/${name}` });

const text = (description: string, example: string, maxLength = 1024): JsonObject => ({
  type: 'string',
  maxLength,
  description,
  examples: [example],
});

export const sharedSchemas: Readonly<Record<string, JsonObject>> = {
  FieldError: {
    type: 'object',
    description: 'One error of one field.',
    required: ['field', 'constraint', 'message'],
    properties: {
      field: text('The path of the field in the request.', 'name'),
      constraint: text('The violated rule.', 'min_length', 64),
      message: text('A human-readable message.', 'name: Instance name must be between 3 and 64 characters', 4096),
    },
  },
  Error: {
    type: 'object',
    description: 'An error response, in the same format on every route.',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        description: 'The error.',
        required: ['code', 'message', 'details', 'request_id', 'doc_url'],
        properties: {
          code: {
            type: 'string',
            enum: Object.keys(errorTable),
            description:
              'The stable error code, the same as `extensions.code` in GraphQL. It is explained at `/docs/errors/<code>`.',
          },
          message: text('A human-readable message.', 'name: Instance name must be between 3 and 64 characters', 4096),
          details: {
            type: 'object',
            description: 'Facts about the error, such as the field and its constraint.',
            additionalProperties: true,
            properties: {
              field: text('The first invalid field.', 'name'),
              constraint: text('The violated rule.', 'min_length', 64),
              errors: {
                type: 'array',
                maxItems: 1000,
                items: ref('schemas', 'FieldError'),
                description: 'All field errors of the request.',
              },
            },
          },
          request_id: text(
            'The id of the request, also in `X-Request-Id`. The operator can find the cause with it.',
            'req_Zk3vT1x8cQ0pLw5n',
            64,
          ),
          doc_url: {
            ...text('The page about this code.', 'https://ocore.example.com/docs/errors/validation_error'),
            format: 'uri',
          },
        },
      },
    },
  },
  Message: {
    type: 'object',
    description: 'The response to a change that returns no resource.',
    required: ['message'],
    properties: { message: text('What was done.', 'Project deleted') },
  },
};

export const sharedParameters: Readonly<Record<string, JsonObject>> = {
  Limit: {
    name: 'limit',
    in: 'query',
    description: 'The maximum number of rows in a page.',
    schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 100, default: 20 },
  },
  Cursor: {
    name: 'cursor',
    in: 'query',
    description: '`next_cursor` of the previous page. Default: the first page.',
    schema: { type: 'string', maxLength: 1024 },
  },
};

const header = (description: string, schema: JsonObject): JsonObject => ({ description, schema });
const short: JsonObject = { type: 'string', maxLength: 1024 };

export const sharedHeaders: Readonly<Record<string, JsonObject>> = {
  'X-Request-Id': header('The id of the request: the one that was sent, or a new one.', short),
  'Access-Control-Allow-Origin': header('The origin of the calling page, if the operator allows it.', short),
  RateLimit: header('The caller’s remaining quota, as `"<policy>";r=<requests>;t=<seconds>`.', short),
  'RateLimit-Policy': header('The quota, as `"<policy>";q=<requests>;w=<seconds>`.', short),
  'Retry-After': header('Seconds to wait before the next request.', {
    type: 'integer',
    format: 'int32',
    minimum: 0,
    maximum: 86400,
  }),
  Location: header('The operation to watch.', short),
  'Waiting-Location': header('The operation to watch, or what waits for one.', short),
  'Created-Location': header('The URL of what was created.', short),
  'Content-Disposition': header('The name of the file, as `attachment; filename="…"`.', short),
  Link: header('The next and the first page, as `<…>; rel="next", <…>; rel="first"`.', short),
};

/** Components that are not called like their header. */
const spelling: Readonly<Record<string, string>> = {
  Version: 'X-OCore-Version',
  'Created-Location': 'Location',
  'Waiting-Location': 'Location',
};

/** The headers of a response: those of every response, and more by the names of their components. */
export function headersOf(...more: string[]): JsonObject {
  return Object.fromEntries(
    ['X-Request-Id', 'Access-Control-Allow-Origin', 'RateLimit', 'RateLimit-Policy', ...more, 'Version'].map((name) => [
      spelling[name] ?? name,
      ref('headers', name),
    ]),
  );
}

export const securitySchemes: Readonly<Record<string, JsonObject>> = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'The access token of a session, from `POST /auth/login`: a JWT (EdDSA), validated as RFC8725 requires. It expires after an hour.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'ocore_k_…',
    description: 'An API key of the organization, for programs.',
  },
  administrator: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'access token',
    description: 'The access token of an administrator of this installation.',
  },
  organization: { type: 'apiKey', in: 'header', name: 'X-Org-Slug', description: 'The slug of the organization.' },
};

/** What each category is about. */
export const categories: Readonly<Record<string, string>> = {
  Authentication: 'Accounts, sign-in, sign-out and tokens.',
  User: 'The signed-in user.',
  Organizations: 'The tenant that everything else belongs to.',
  'Team Members': 'Members, invitations and invite links of the organization.',
  'Roles and Permissions': 'Permissions, system roles and custom roles.',
  Servers: 'Hosts on which oCore runs instances, reached over SSH.',
  Projects: 'Groups of environments.',
  Environments: 'The stages of a project: production, staging, development.',
  Instances: 'Odoo with its own PostgreSQL, on one server.',
  Deployments: 'Code that is brought to instances, and the way back.',
  Operations: 'Asynchronous work on servers and instances: its steps, progress and log.',
  'API Keys': 'Credentials for programs.',
  'Audit Logs': 'The record of who did what, and when.',
  Admin: 'The accounts, organizations and jobs of this installation, for its administrators.',
};
