import { execute } from 'graphql';
import type { Context } from '../schema/context.ts';
import { schema } from '../schema/index.ts';
import { AppError } from '../src/errors.ts';
import { inSentNames } from './field-names.ts';
import type { PreparedDocument, PreparedRoute } from './prepared.ts';

/** What a document gives for these variables: the value of its root field. */
export async function runDocument(prepared: PreparedDocument, contextValue: Context, variableValues: Record<string, unknown>): Promise<unknown> {
  if (prepared.compiled) return (await prepared.compiled(contextValue, variableValues))[prepared.rootField];
  const result = await execute({ schema, document: prepared.document, contextValue, variableValues });
  const error = result.errors?.[0];
  if (error) throw error.originalError ?? new AppError('bad_request', error.message);
  return result.data?.[prepared.rootField];
}

/** What a route's document gives; its errors name what the request calls its fields. */
export async function runRoute(prepared: PreparedRoute, context: Context, variables: Record<string, unknown>): Promise<unknown> {
  try {
    return await runDocument(prepared, context, variables);
  } catch (error) {
    throw inSentNames(prepared, error);
  }
}
