import { z } from 'zod';
import { AppError } from '../src/errors.ts';
import type { PreparedRoute } from './prepared.ts';

const fieldError = z.object({ field: z.string(), constraint: z.string(), message: z.string() });
const told = z.looseObject({ field: z.string(), errors: z.array(fieldError).optional() });

/** What the request calls the argument of a root field; nothing where the argument is the whole body. */
function sentNames({ argumentNames, queryParameters, queryName }: PreparedRoute): Map<string, string> {
  const named = [...argumentNames].map(([variable, argument]): [string, string] => {
    if (variable === 'input') return [argument, ''];
    return [argument, queryParameters.includes(variable) ? queryName(variable) : variable];
  });
  return new Map(named.filter(([argument, sent]) => argument !== sent));
}

/** An error of the document, which knows arguments, with the fields that were sent. */
export function inSentNames(prepared: PreparedRoute, error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const details = told.safeParse(error.details).data;
  if (!details) return error;
  const names = sentNames(prepared);
  const sent = (field: string): string => {
    const [argument = '', ...rest] = field.split('.');
    const name = names.get(argument);
    return name === undefined ? field : [...(name === '' ? [] : [name]), ...rest].join('.');
  };
  const inWords = (message: string, field: string): string => (message.startsWith(field) ? `${sent(field) || 'The body'}${message.slice(field.length)}` : message);
  return new AppError(
    error.code,
    inWords(error.message, details.field),
    {
      ...error.details,
      field: sent(details.field),
      ...(details.errors ? { errors: details.errors.map((one) => ({ ...one, field: sent(one.field), message: inWords(one.message, one.field) })) } : {}),
    },
    { cause: error },
  );
}
