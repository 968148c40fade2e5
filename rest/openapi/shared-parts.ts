import { STATUS_CODES } from 'node:http';
import { isObject, type Json, type JsonObject } from './json.ts';
import { ref } from './shared.ts';

type Paths = Readonly<Record<string, JsonObject>>;
type Operation = JsonObject;

export interface SharedParts {
  paths: Record<string, JsonObject>;
  responses: Record<string, JsonObject>;
  parameters: Record<string, JsonObject>;
}

const pascal = (text: string): string =>
  text.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

/** The codes that an error response has examples of. */
function codesOf(response: JsonObject): string[] {
  const content = isObject(response['content']) ? response['content']['application/json'] : undefined;
  const examples = isObject(content) ? content['examples'] : undefined;
  return isObject(examples) ? Object.keys(examples) : [];
}

/** Names each distinct error response by its status and by the codes that not every response of that status has. */
function nameResponses(found: ReadonlyMap<string, { status: string; response: JsonObject }>): Map<string, string> {
  const all = [...found.values()];
  return new Map(
    [...found].map(([text, { status, response }]) => {
      const same = all.filter((other) => other.status === status).map((other) => codesOf(other.response));
      const own = codesOf(response).filter((code) => !same.every((codes) => codes.includes(code)));
      return [text, pascal([STATUS_CODES[status] ?? status, ...own].join(' '))];
    }),
  );
}

function operationsOf(paths: Paths): Operation[] {
  return Object.values(paths).flatMap((item) => Object.values(item).filter(isObject));
}

const responsesOf = (operation: Operation): [string, Json][] =>
  isObject(operation['responses']) ? Object.entries(operation['responses']) : [];
const parametersOf = (operation: Operation): Json[] =>
  Array.isArray(operation['parameters']) ? operation['parameters'] : [];

/** What a parameter is called: the resource of its path with its name, or its name alone in a query. */
function parameterName(path: string, { name, in: place }: JsonObject): string {
  const before = /([^/{}]+)\/\{/.exec(path.slice(0, path.indexOf(`{${String(name)}}`) + 1))?.[1] ?? '';
  return pascal(place === 'path' ? `${before} ${String(name)}` : `${String(name)} query`);
}

/** Gives every parameter that several operations have word for word a name, with a number where a name has several meanings. */
function nameParameters(paths: Paths): Map<string, string> {
  const uses = new Map<string, { name: string; count: number }>();
  for (const [path, item] of Object.entries(paths)) {
    for (const parameter of Object.values(item).filter(isObject).flatMap(parametersOf).filter(isObject)) {
      if (parameter['$ref'] !== undefined) continue;
      const text = JSON.stringify(parameter);
      uses.set(text, {
        name: uses.get(text)?.name ?? parameterName(path, parameter),
        count: (uses.get(text)?.count ?? 0) + 1,
      });
    }
  }
  const numbers = new Map<string, number>();
  return new Map(
    [...uses]
      .filter(([, { count }]) => count > 1)
      .map(([text, { name }]) => {
        const number = (numbers.get(name) ?? 0) + 1;
        numbers.set(name, number);
        return [text, `${name}${number > 1 ? number : ''}`];
      }),
  );
}

/** Moves what operations repeat word for word, error responses and parameters, to the components. */
export function shareParts(paths: Paths): SharedParts {
  const errors = new Map<string, { status: string; response: JsonObject }>();
  for (const [status, response] of operationsOf(paths).flatMap(responsesOf)) {
    if (isObject(response) && !status.startsWith('2')) errors.set(JSON.stringify(response), { status, response });
  }
  const responseNames = nameResponses(errors);
  const parameterNames = nameParameters(paths);
  const named =
    (names: ReadonlyMap<string, string>, kind: string) =>
    (part: Json): Json => {
      const name = names.get(JSON.stringify(part));
      return name ? ref(kind, name) : part;
    };
  const response = named(responseNames, 'responses');
  const short = (operation: Json): Json => {
    if (!isObject(operation)) return operation;
    return {
      ...operation,
      parameters: parametersOf(operation).map(named(parameterNames, 'parameters')),
      responses: Object.fromEntries(responsesOf(operation).map(([status, part]) => [status, response(part)])),
    };
  };
  const components = (names: ReadonlyMap<string, string>): Record<string, JsonObject> =>
    Object.fromEntries(
      [...names]
        .map(([text, name]): [string, JsonObject] => [name, JSON.parse(text)])
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  return {
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, item]): [string, JsonObject] => [
        path,
        Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, short(operation)])),
      ]),
    ),
    responses: components(responseNames),
    parameters: components(parameterNames),
  };
}
