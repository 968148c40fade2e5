import { errorTable } from '../../src/errors.ts';
import type { JsonObject } from './json.ts';

export const ref = (kind: string, name: string): JsonObject => ({ $ref: `#/components/${kind}/${name}` });

const text = (description: string, example: string, maxLength = 1024): JsonObject => ({ type: 'string', maxLength, description, examples: [example] });

export const sharedSchemas: Readonly<Record<string, JsonObject>> = {
  FieldError: {
    type: 'object', description: 'One thing wrong with one field.', required: ['field', 'constraint', 'message'],
    properties: {
      field: text('The path of the field, as the request has it.', 'name'),
      constraint: text('The rule that it breaks.', 'min_length', 64),
      message: text('What is wrong, for people.', 'name: Instance name must be between 3 and 64 characters', 4096),
    },
  },
  Error: {
    type: 'object', description: 'Why a request was refused, the same on every route.', required: ['error'],
    properties: {
      error: {
        type: 'object', description: 'The error.', required: ['code', 'message', 'details', 'request_id', 'doc_url'],
        properties: {
          code: { type: 'string', enum: Object.keys(errorTable), description: 'Stable; the same as `extensions.code` in GraphQL. Its page is `/docs/errors/<code>`.' },
          message: text('What went wrong, for people.', 'name: Instance name must be between 3 and 64 characters', 4096),
          details: {
            type: 'object', description: 'Facts about the error, such as the field and its constraint.', additionalProperties: true,
            properties: {
              field: text('The first wrong field.', 'name'),
              constraint: text('The rule that it breaks.', 'min_length', 64),
              errors: { type: 'array', maxItems: 1000, items: ref('schemas', 'FieldError'), description: 'Everything that is wrong with the request’s fields, at once.' },
            },
          },
          request_id: text('The request’s id, also in `X-Request-Id`; the operator finds the cause with it.', 'req_Zk3vT1x8cQ0pLw5n', 64),
          doc_url: { ...text('The page about this code: what happened, and what to do.', 'https://ocore.example.com/docs/errors/validation_error'), format: 'uri' },
        },
      },
    },
  },
  Message: { type: 'object', description: 'A change without a resource to answer with.', required: ['message'], properties: { message: text('What was done.', 'Project deleted') } },
};

export const sharedParameters: Readonly<Record<string, JsonObject>> = {
  Limit: { name: 'limit', in: 'query', description: 'Rows of a page.', schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 100, default: 20 } },
  Cursor: { name: 'cursor', in: 'query', description: '`next_cursor` of the page before; without it, the first page.', schema: { type: 'string', maxLength: 1024 } },
};

const header = (description: string, schema: JsonObject): JsonObject => ({ description, schema });
const short: JsonObject = { type: 'string', maxLength: 1024 };

export const sharedHeaders: Readonly<Record<string, JsonObject>> = {
  'X-Request-Id': header('The request’s id: the one that was sent, or a new one.', short),
  'Access-Control-Allow-Origin': header('The origin of the calling page, where the operator allows it.', short),
  RateLimit: header('What is left of the caller’s quota, as `"<policy>";r=<requests>;t=<seconds>`.', short),
  'RateLimit-Policy': header('The quota, as `"<policy>";q=<requests>;w=<seconds>`.', short),
  'Retry-After': header('Seconds after which to ask again.', { type: 'integer', format: 'int32', minimum: 0, maximum: 86400 }),
  Location: header('The operation to watch.', short),
  Link: header('The next and the first page, as `<…>; rel="next", <…>; rel="first"`.', short),
};

/** The headers of an answer: those of every answer, and more by name. */
export function headersOf(...more: string[]): JsonObject {
  return Object.fromEntries(['X-Request-Id', 'Access-Control-Allow-Origin', 'RateLimit', 'RateLimit-Policy', ...more].map((name) => [name, ref('headers', name)]).concat([['X-OCore-Version', ref('headers', 'Version')]]));
}

export const securitySchemes: Readonly<Record<string, JsonObject>> = {
  accessToken: {
    type: 'http', scheme: 'bearer', bearerFormat: 'JWT',
    description: 'The access token of a session, from `POST /auth/login`: a JWT (EdDSA) that is checked as RFC8725 asks, and lives for an hour.',
  },
  apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'ocore_k_…', description: 'An API key of the organization, for programs.' },
  administrator: { type: 'http', scheme: 'bearer', bearerFormat: 'access token', description: 'The access token of an administrator of this installation.' },
  organization: { type: 'apiKey', in: 'header', name: 'X-Org-Slug', description: 'The slug of the organization to work in.' },
};

/** What each category is about. */
export const categories: Readonly<Record<string, string>> = {
  Authentication: 'Accounts, signing in and out, tokens.',
  User: 'The signed-in user.',
  Organizations: 'The tenant that everything else belongs to.',
  'Team Members': 'Who works in the organization: members, invitations, invite links.',
  'Roles and Permissions': 'What members may do: the catalogue of permissions, system roles and roles of your own.',
  Servers: 'Hosts on which oCore runs instances, reached over SSH.',
  Projects: 'Groups of environments.',
  Environments: 'The stages of a project: production, staging, development.',
  Instances: 'Odoo with its own PostgreSQL, on one server.',
  Operations: 'Asynchronous work on servers and instances: its steps, progress and log.',
  'API Keys': 'Credentials of programs.',
  'Audit Logs': 'Who did what, and when.',
  Admin: 'The accounts, organizations and jobs of this installation, for its administrators.',
};
