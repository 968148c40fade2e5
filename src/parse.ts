import type { z } from 'zod';
import { type FieldError, validationError } from './errors.ts';
import { ownWords } from './own-words.ts';

/** zod's issue kinds in the words of the documented error format. */
function constraintOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string' ? 'min_length' : 'min';
    case 'too_big':
      return issue.origin === 'string' ? 'max_length' : 'max';
    case 'invalid_type':
      return 'type';
    case 'invalid_format':
      return 'format';
    case 'invalid_value':
      return 'one_of';
    case 'unrecognized_keys':
      return 'unknown_field';
    case 'custom':
      return typeof issue.params?.['constraint'] === 'string' ? issue.params['constraint'] : 'invalid';
    default:
      return 'invalid';
  }
}

/** PostgreSQL keeps neither NUL nor half a character; JSON has both. */
function unstorable(value: unknown, path: readonly string[] = []): FieldError[] {
  if (typeof value === 'string') {
    if (!value.includes('\u0000') && value.isWellFormed()) return [];
    const field = path.join('.');
    return [{ field, constraint: 'format', message: `${field || 'The value'} must be Unicode text without NUL` }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => unstorable(inner, [...path, name]));
}

/** Parses what came from outside; throws one `validation_error` that lists everything wrong with it. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { error: ownWords });
  const wrongText = unstorable(value);
  if (result.success && wrongText.length === 0) return result.data;
  const issues = result.success
    ? []
    : result.error.issues.map((issue): FieldError => {
        const field = issue.path.join('.');
        return {
          field,
          constraint: constraintOf(issue),
          message: field ? `${field}: ${issue.message}` : issue.message,
        };
      });
  throw validationError([...issues, ...wrongText]);
}
