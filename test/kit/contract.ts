import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openApi } from '../../rest/openapi.ts';
import { isObject, type Json, type JsonObject } from '../../rest/openapi/json.ts';
import { schema } from '../../schema/index.ts';

export const document = openApi(schema);

/** Follows keys; an empty object where there is nothing. */
export function at(value: Json | undefined, ...keys: string[]): JsonObject {
  const found = keys.reduce<Json | undefined>((now, key) => (isObject(now) ? now[key] : undefined), value);
  return isObject(found) ? found : {};
}

/** Objects without undeclared fields: an answer must not say more than the document does. */
function closed(value: Json): Json {
  if (Array.isArray(value)) return value.map(closed);
  if (!isObject(value)) return value;
  const copy = Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      name === 'examples' || name === 'example' ? part : closed(part),
    ]),
  );
  return isObject(copy['properties']) && copy['type'] === 'object' && copy['additionalProperties'] === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addFormat('int32', true).addFormat('int64', true);
const closedComponents = closed(at(document, 'components', 'schemas'));
ajv.addSchema({ $id: 'ocore', components: { schemas: closedComponents } });

const compiled = new Map<string, ReturnType<typeof ajv.compile>>();

/** Everything wrong with a value by a schema of the document. */
export function problemsOf(given: Json, value: unknown): string[] {
  const text = JSON.stringify(closed(given)).replaceAll('"#/components', '"ocore#/components');
  const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text));
  compiled.set(text, validate);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(
        (error) => `${error.instancePath || '(whole)'} ${error.message ?? ''} ${JSON.stringify(error.params)}`,
      );
}

export interface Operation {
  method: string;
  path: string;
  operation: JsonObject;
}

/** A response or parameter, also where the document only names it. */
function resolved(part: Json): Json {
  const name = isObject(part) ? part['$ref'] : undefined;
  const [, kind = '', key = ''] =
    typeof name === 'string' ? (/^#\/components\/(responses|parameters)\/(\w+)$/.exec(name) ?? []) : [];
  return kind ? at(document, 'components', kind, key) : part;
}

function whole(operation: JsonObject): JsonObject {
  const parameters = Array.isArray(operation['parameters']) ? operation['parameters'].map(resolved) : [];
  const responses = Object.fromEntries(
    Object.entries(at(operation, 'responses')).map(([status, response]) => [status, resolved(response)]),
  );
  return { ...operation, parameters, responses };
}

/** Every operation with its parameters and responses in full. */
export const operations: readonly Operation[] = Object.entries(at(document, 'paths')).flatMap(([path, item]) =>
  Object.entries(isObject(item) ? item : {}).flatMap(([method, operation]) =>
    isObject(operation) ? [{ method, path, operation: whole(operation) }] : [],
  ),
);

/** The operation that a request belongs to, literal paths before those with parameters. */
export function operationOf(method: string, path: string): Operation | undefined {
  const plain = path.split('?')[0] ?? '';
  const fits = operations.filter(
    (one) =>
      one.method === method.toLowerCase() && new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(plain),
  );
  return fits.sort((one, other) => one.path.split('{').length - other.path.split('{').length)[0];
}

/** Throws when an answer is not what the document says of this route and status. */
export function checkAnswer(method: string, path: string, status: number, body: unknown): void {
  const found = operationOf(method, path);
  if (!found) return;
  const where = `${method} ${found.path} ${status}`;
  const answer = at(found.operation, 'responses', String(status));
  if (Object.keys(answer).length === 0) throw new Error(`${where}: this status is not documented`);
  const answerSchema = at(answer, 'content', 'application/json')['schema'];
  if (answerSchema === undefined) return;
  const problems = problemsOf(answerSchema, body);
  if (problems.length > 0) throw new Error(`${where}: ${problems.join('; ')} in ${JSON.stringify(body)}`);
}
