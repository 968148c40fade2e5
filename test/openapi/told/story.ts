import { isObject, type Json, type JsonObject } from '../../../rest/openapi/json.ts';
import { examples } from '../../../rest/routes.ts';
import type { Answer, Client } from '../../kit/client.ts';
import { at, operations } from '../../kit/contract.ts';
import { differences, formOf } from './form.ts';

interface Given {
  /** Fields of the body in place of the documented ones; undefined leaves one out. */
  body?: Record<string, Json | undefined>;
  /** Another body as a whole, such as what a passkey signed. */
  whole?: Json;
  query?: string;
  /** What of the answer differs for a reason that no example can share, by path. */
  free?: readonly string[];
}

/** The path with the ids of its parameters' examples. */
function pathOf(path: string, operation: JsonObject, real: (example: string) => string): string {
  const parameters = Array.isArray(operation['parameters']) ? operation['parameters'].filter(isObject) : [];
  return parameters
    .filter((one) => one['in'] === 'path')
    .reduce((text, one) => text.replace(`{${String(one['name'])}}`, real(String(one['example']))), path);
}

/** The operation of `POST /projects` and the like. */
function operationOf(name: string): JsonObject {
  const found = operations.find(({ method, path }) => name === `${method.toUpperCase()} ${path}`);
  if (!found) throw new Error(`There is no ${name}`);
  return found.operation;
}

/** The example of an answer. */
export function exampleOf(name: string, status: number, type = 'application/json'): Json | undefined {
  return at(operationOf(name), 'responses', String(status), 'content', type)['example'];
}

/** The values in a body, at any depth. */
function leaves(value: Json | undefined): unknown[] {
  if (Array.isArray(value)) return value.flatMap(leaves);
  return isObject(value) ? Object.values(value).flatMap(leaves) : [value];
}

/** Every example of a body. */
export function bodiesOf(operation: JsonObject): Json[] {
  return Object.values(at(operation, 'requestBody', 'content', 'application/json', 'examples')).map((example) =>
    isObject(example) ? (example['value'] ?? null) : null,
  );
}

/**
 * Calls routes as their examples tell it, one after another, and holds each answer against the example of it. What an
 * answer names (ids, tokens) stands for what its example names from then on.
 */
export class Story {
  /** Routes with the statuses that they answered. */
  readonly told = new Set<string>();
  readonly problems: string[] = [];
  /** The requests that changed something, with their routes. */
  readonly changes = new Map<string, string>();
  readonly #real = new Map<string, string>();

  /** What stands for this text of the examples by now. */
  real(example: string): string {
    return this.#real.get(example) ?? example;
  }

  means(example: string, real: string): void {
    this.#real.set(example, real);
  }

  /** From now on this path parameter, as `/servers/{id}`, is the id. */
  at(place: string, id: string): void {
    this.means(String(examples[place]), id);
  }

  #filled(value: Json): Json {
    if (typeof value === 'string') return this.real(value);
    if (Array.isArray(value)) return value.map((part) => this.#filled(part));
    return isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.#filled(part)]))
      : value;
  }

  /** Calls `POST /projects` and the like. */
  async tell(name: string, by: Client, given: Given = {}): Promise<Answer> {
    const [method = '', path = ''] = name.split(' ');
    const operation = operationOf(name);
    const documented = this.#filled(bodiesOf(operation).at(-1) ?? null);
    if (isObject(documented)) this.#compareForms(name, documented, given.body ?? {});
    const body = given.whole ?? (isObject(documented) ? { ...documented, ...given.body } : undefined);
    const answer = await by.request(
      method,
      `/api${pathOf(path, operation, (example) => this.real(example))}${given.query ?? ''}`,
      body,
    );
    if (answer.status >= 300)
      throw new Error(`${name} with ${JSON.stringify(body)}: ${answer.status} ${JSON.stringify(answer.body)}`);
    this.told.add(`${name} ${answer.status}`);
    if (method !== 'GET') this.changes.set(answer.headers.get('x-request-id') ?? '', name);
    this.#compare(name, answer, given);
    return answer;
  }

  /** What is sent in place of a documented value must look like it. */
  #compareForms(name: string, documented: JsonObject, sent: Record<string, Json | undefined>): void {
    for (const [field, value] of Object.entries(sent)) {
      const [told, real] = [documented[field], value].map((one) =>
        typeof one === 'string' ? formOf(one) : typeof one,
      );
      if (value !== undefined && told !== real)
        this.problems.push(
          `${name} body ${field}: the example is ${told || 'words'}, what works is ${real || 'words'}`,
        );
    }
  }

  #compare(name: string, answer: Answer, { body = {}, free = [] }: Given): void {
    const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
    const example = exampleOf(name, answer.status, type);
    const strict = !name.startsWith('GET');
    if (example === undefined) {
      if (answer.status !== 204) this.problems.push(`${name} ${answer.status}: there is no example`);
      return;
    }
    const real: Json = JSON.parse(JSON.stringify(answer.body));
    const rules = { strict, given: new Set<unknown>(Object.values(body).flatMap(leaves)), free: new Set(free) };
    // What a list has is not what was just made.
    const same = (told: string, now: string): void => {
      if (strict) this.means(told, now);
    };
    this.problems.push(
      ...differences(example, real, rules, same).map((problem) => `${name} ${answer.status} ${problem}`),
    );
  }
}
