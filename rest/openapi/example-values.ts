import { examples } from '../routes.ts';
import type { Json, JsonObject } from './json.ts';

const verbs = /^(Create|Update|Configure|Add)|Input$/g;

/** The example of a field; the inputs that make or change a type share its values. */
export function exampleValue(type: string, field: string): Json | undefined {
  const key = [`${type}.${field}`, `${type.replace(verbs, '')}.${field}`, field].find((candidate) =>
    Object.hasOwn(examples, candidate),
  );
  return key === undefined ? undefined : examples[key];
}

/** The answer of a root field: what is so after this very change stands in place of what is usually so. */
export function answerOfField(rootField: string, usual: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(usual).map(([name, value]) => {
      const own = examples[`${rootField}.${name}`];
      return [name, own === undefined ? value : own];
    }),
  );
}
