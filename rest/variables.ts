import { getNamedType, GraphQLBoolean, type GraphQLError, type GraphQLInputType, GraphQLInt, isEnumType, isNonNullType, validateInputValue } from 'graphql';
import type { Request } from 'express';
import { AppError, type FieldError, validationError } from '../src/errors.ts';
import type { PreparedRoute } from './prepared.ts';

/** The values of an enum as REST writes them: as the reference does, in their stored form. */
function fromText(text: string, type: GraphQLInputType, field: string): unknown {
  const named = getNamedType(type);
  if (named === GraphQLInt) {
    if (!/^-?\d{1,9}$/.test(text)) throw validationError([{ field, constraint: 'type', message: `${field} must be a whole number` }]);
    return Number(text);
  }
  if (named === GraphQLBoolean) {
    if (text !== 'true' && text !== 'false') throw validationError([{ field, constraint: 'type', message: `${field} must be true or false` }]);
    return text === 'true';
  }
  if (isEnumType(named)) {
    const value = named.getValues().find((candidate) => candidate.value === text);
    if (!value) throw validationError([{ field, constraint: 'one_of', message: `${field} must be one of ${named.getValues().map((candidate) => String(candidate.value)).join(', ')}` }]);
    return value.name;
  }
  return text;
}

/** What GraphQL says of a wrong value quotes the value, which may be a password: only the kind of mistake is kept. */
function mistakeOf(message: string): { constraint: string; field: string | undefined; text: string } {
  const [start = ''] = message.split(', found:');
  const unknown = /not to include unknown field "(\w+)"/.exec(start)?.[1];
  if (unknown) return { constraint: 'unknown_field', field: unknown, text: 'is not a field of this request' };
  const missing = /to include required field "(\w+)"/.exec(start)?.[1];
  if (missing) return { constraint: 'required', field: missing, text: 'is required' };
  if (/non-null|to be provided/i.test(start)) return { constraint: 'required', field: undefined, text: 'is required' };
  if (/enum/i.test(start)) return { constraint: 'one_of', field: undefined, text: 'is not one of the allowed values' };
  const type = /Expected value of type "([^"]+)"/.exec(start)?.[1] ?? /^(\w+) cannot represent/.exec(start)?.[1];
  return { constraint: 'type', field: undefined, text: type ? `must be of the type ${type}` : 'has the wrong type' };
}

function bodyOf(request: Request, prepared: PreparedRoute): Record<string, unknown> {
  const { route, variables } = prepared;
  const wanted = variables.has('input') ? ['input'] : (route.body ?? []);
  const body: unknown = request.body;
  if (wanted.length === 0 || body === undefined) {
    if (variables.has('input')) throw new AppError('validation_error', 'The request needs a JSON object as its body', { field: '', constraint: 'required' });
    return {};
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new AppError('validation_error', 'The body must be a JSON object', { field: '', constraint: 'type' });
  if (variables.has('input')) return { input: body };
  const unknown = Object.keys(body).filter((name) => !wanted.includes(name));
  if (unknown.length > 0) throw validationError(unknown.map((field) => ({ field, constraint: 'unknown_field', message: `${field} is not a field of this request` })));
  return Object.fromEntries(Object.entries(body));
}

/** Collects the document's variables from path, query and body; everything wrong with them in one error. */
export function variablesOf(request: Request, prepared: PreparedRoute): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of prepared.pathParameters) values[name] = request.params[name];
  const known = new Map(prepared.queryParameters.map((name) => [prepared.queryName(name), name]));
  for (const [parameter, value] of Object.entries(request.query)) {
    const name = known.get(parameter);
    const type = name ? prepared.variables.get(name) : undefined;
    if (!name || !type) throw validationError([{ field: parameter, constraint: 'unknown_field', message: `${parameter} is not a parameter of this route` }]);
    if (typeof value !== 'string') throw validationError([{ field: parameter, constraint: 'type', message: `${parameter} may be given once` }]);
    values[name] = fromText(value, type, parameter);
  }
  Object.assign(values, bodyOf(request, prepared));
  const errors: FieldError[] = [];
  for (const [name, type] of prepared.variables) {
    const value = values[name];
    if (value === undefined && !isNonNullType(type)) continue;
    validateInputValue(value, type, (error: GraphQLError, path) => {
      const mistake = mistakeOf(error.message);
      const field = [...(name === 'input' ? [] : [prepared.queryName(name)]), ...path, ...(mistake.field ? [mistake.field] : [])].join('.');
      errors.push({ field, constraint: mistake.constraint, message: `${field || 'The body'} ${mistake.text}` });
    }, true);
  }
  if (errors.length > 0) throw validationError(errors);
  return values;
}
