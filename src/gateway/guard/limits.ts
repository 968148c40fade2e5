import { AppError } from '../../errors.ts';

/**
 * What one GraphQL document may ask for. Wide enough for a page of several Relay connections and for GraphiQL's
 * introspection; each is far below what would keep the process busy.
 */
export const documentLimits = {
  characters: 64 * 1024,
  tokens: 2000,
  operations: 20,
  fragments: 50,
  variables: 100,
  directives: 50,
  aliases: 50,
  depth: 20,
  queries: 20,
  mutations: 10,
  repetitions: 20,
  cost: 10_000,
} as const;

/** How many errors of one document are reported. */
export const maxErrors = 10;

const texts: Readonly<Record<keyof typeof documentLimits, string>> = {
  characters: 'characters',
  tokens: 'tokens',
  operations: 'operations',
  fragments: 'fragments',
  variables: 'variables',
  directives: 'directives',
  aliases: 'aliases',
  depth: 'levels of nested fields',
  queries: 'root fields',
  mutations: 'mutations at once',
  repetitions: 'selections of the same field in one place',
  cost: 'points of cost',
};

export function tooComplex(limit: keyof typeof documentLimits, actual?: number): AppError {
  const maximum = documentLimits[limit];
  const advice = limit === 'cost' ? 'ask for fewer rows or split it' : 'split it';
  return new AppError('query_too_complex', `The operation has more than ${maximum} ${texts[limit]}; ${advice}`, {
    limit,
    maximum,
    ...(actual === undefined ? {} : { actual: Math.min(actual, Number.MAX_SAFE_INTEGER) }),
  });
}
