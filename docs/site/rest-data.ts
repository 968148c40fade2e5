import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { codeBlock } from './code.ts';
import { type Field, fieldsOf, node, typeOf } from './rest-fields.ts';

const reference = z.object({ $ref: z.string() });
const media = z.object({
  schema: node.optional(),
  example: z.unknown().optional(),
  examples: z
    .record(
      z.string(),
      z.union([reference, z.object({ summary: z.string().optional(), value: z.unknown().optional() })]),
    )
    .optional(),
});
const content = z.record(z.string(), media);
const parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().default(false),
  description: z.string().default(''),
  schema: node,
  example: z.unknown().optional(),
});
const response = z.object({ description: z.string(), content: content.optional() });
const operation = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  summary: z.string(),
  description: z.string(),
  security: z.array(z.record(z.string(), z.unknown())).optional(),
  parameters: z.array(z.union([reference, parameter])).default([]),
  requestBody: z.object({ required: z.boolean().default(false), content }).optional(),
  responses: z.record(z.string(), z.union([reference, response])),
});
const document = z.object({
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), node),
    parameters: z.record(z.string(), parameter),
    responses: z.record(z.string(), response),
  }),
});
type Document = z.infer<typeof document>;

interface Input extends Omit<Field, 'fields'> {
  in: 'path' | 'query' | 'header';
  placeholder: string;
  isNumber: boolean;
  /** What the organization has that the value names: `serverId` and the like. */
  names: string | undefined;
}

export interface RestOperation {
  id: string;
  url: string;
  /** Where the operation was in the playground before it had pages of its own. */
  anchor: string;
  method: string;
  path: string;
  title: string;
  description: string;
  category: string;
  /** Who may call it: everybody, a signed-in user, an administrator. */
  caller: 'anyone' | 'user' | 'administrator';
  ofOrganization: boolean;
  inputs: Input[];
  accepts: string[];
  body: { required: boolean; initial: string; full: unknown; fields: Field[] } | undefined;
  answers: { status: string; description: string; type: string; example: string; fields: Field[] }[];
  errors: { status: string; codes: { code: string; text: string }[]; description: string }[];
}

export interface RestCategory {
  name: string;
  slug: string;
  description: string;
  operations: RestOperation[];
}

const named = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);
const slugOf = (name: string): string => name.toLowerCase().replace(/\W+/g, '-');
const nouns = ['server', 'project', 'environment', 'instance', 'operation'];

/** `/servers/{id}` and `server_id` name a server. */
function namedResource(path: string, name: string): string | undefined {
  const before = new RegExp(`/(\\w+)s/\\{${name}\\}`).exec(path)?.[1] ?? name.replace(/_id$/, '');
  return nouns.includes(before) ? `${before}Id` : undefined;
}

/** What a value looks like, where the description alone does not show it. */
const looks: Readonly<Record<string, string>> = {
  'Idempotency-Key': '5f0c0f6e-9d0e-4b5e-8f3a-2f6f1c8f0b7d',
  'If-Match': '"the ETag that you read"',
  'If-None-Match': '"the ETag that you have"',
  'Last-Event-ID': '17',
};
const looksByFormat: Readonly<Record<string, string>> = {
  uuid: '0197a1ee-3b96-7172-9d0f-4c6e8a1b2f65',
  'date-time': '2026-11-24T09:30:00Z',
  email: 'ada@example.com',
};

function inputOf(found: z.infer<typeof parameter>, path: string, schemas: Document['components']['schemas']): Input {
  const [field] = fieldsOf(
    { type: 'object', required: found.required ? [found.name] : [], properties: { [found.name]: found.schema } },
    schemas,
  );
  if (!field) throw new Error(`${found.name} has no schema`);
  const { fields: _none, ...rest } = field;
  const look = found.example ?? looks[found.name] ?? looksByFormat[found.schema.format ?? ''];
  return {
    ...rest,
    description: found.description,
    in: found.in,
    placeholder: rest.default ?? (look === undefined ? '' : String(look)),
    isNumber: found.schema.type === 'integer',
    names: found.in === 'header' ? undefined : namedResource(path, found.name),
  };
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

function bodyOf(
  body: z.infer<typeof operation>['requestBody'],
  schemas: Document['components']['schemas'],
): RestOperation['body'] {
  const given = body?.content['application/json'];
  if (!body || !given?.schema) return undefined;
  const exampleNamed = (name: string): unknown => {
    const example = given.examples?.[name];
    return example && 'value' in example ? example.value : undefined;
  };
  const fields = fieldsOf(given.schema, schemas);
  const full = exampleNamed('full') ?? given.example;
  const [smallest] = [
    exampleNamed('minimal'),
    fields.some((field) => field.required) || fields.length === 0 ? full : {},
  ].filter((one) => one !== undefined);
  // What is optional is sent only when somebody chooses it.
  return {
    required: body.required,
    initial: body.required ? json(smallest) : '',
    full,
    fields: fields.toSorted((one, other) => Number(other.required) - Number(one.required)),
  };
}

function answerOf(
  status: string,
  { description, content: given }: z.infer<typeof response>,
  schemas: Document['components']['schemas'],
): RestOperation['answers'][number] {
  const [type = '', shown] = Object.entries(given ?? {})[0] ?? [];
  const example = shown?.example;
  return {
    status,
    description,
    type: shown?.schema ? typeOf(shown.schema, schemas) : '',
    example: example === undefined ? '' : codeBlock(json(example), 'json', type),
    fields: shown?.schema ? fieldsOf(shown.schema, schemas) : [],
  };
}

const errorLine = /^`(\w+)`: (.*)$/gm;

function operationOf(
  found: z.infer<typeof operation>,
  method: string,
  path: string,
  { components }: Document,
): RestOperation {
  const category = found.tags[0] ?? '';
  const schemes = (found.security ?? [{ accessToken: [] }]).flatMap((one) => Object.keys(one));
  const responses = Object.entries(found.responses).map(([status, one]): [string, z.infer<typeof response>] => {
    const known = '$ref' in one ? components.responses[named(one.$ref)] : one;
    if (!known) throw new Error(`${method} ${path} has an unknown response ${status}`);
    return [status, known];
  });
  const isError = ([status]: [string, unknown]): boolean => status >= '400';
  return {
    id: found.operationId,
    url: `/docs/api/${found.operationId}`,
    anchor: `tag/${slugOf(category)}/${method.toUpperCase()}${path}`,
    method: method.toUpperCase(),
    path,
    title: found.summary,
    description: found.description,
    category,
    caller: schemes.includes('administrator') ? 'administrator' : schemes.length > 0 ? 'user' : 'anyone',
    ofOrganization: schemes.includes('organization'),
    inputs: found.parameters.map((one) => {
      const known = '$ref' in one ? components.parameters[named(one.$ref)] : one;
      if (!known) throw new Error(`${method} ${path} has an unknown parameter`);
      return inputOf(known, path, components.schemas);
    }),
    accepts: Object.keys(responses.find(([status]) => status === '200')?.[1].content ?? {}),
    body: bodyOf(found.requestBody, components.schemas),
    answers: responses.filter((one) => !isError(one)).map(([status, one]) => answerOf(status, one, components.schemas)),
    errors: responses.filter(isError).map(([status, { description }]) => ({
      status,
      description,
      codes: [...description.matchAll(errorLine)].map(([, code = '', text = '']) => ({ code, text })),
    })),
  };
}

/** The operations of the REST API by category, as the playground shows them: read from the OpenAPI document. */
export function restCategories(): RestCategory[] {
  const api = document.parse(JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')));
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, found]) => operationOf(found, method, path, api)),
  );
  return api.tags.map(({ name, description }) => ({
    name,
    slug: slugOf(name),
    description,
    operations: operations.filter(({ category }) => category === name),
  }));
}
