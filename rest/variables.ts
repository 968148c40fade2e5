import { getNamedType, GraphQLBoolean, GraphQLError, type GraphQLInputType, GraphQLInt, isEnumType, isNonNullType, validateInputValue } from 'graphql';
import type { Request } from 'express';
import { AppError, type FieldError, validationError } from '../src/errors.ts';
import type { PreparedRoute } from './prepared.ts';

/** The documented names of the page parameters; the rest is snake_case of the variable. */
const pageNames: Readonly<Record<string, string>> = { first: 'limit', after: 'cursor' };

export function queryNameOf(variable: string): string {
  return pageNames[variable] ?? variable.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

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

function constraintOf(message: string): string {
  if (/is not defined by type|Unknown|Expected value of type .* not to include/i.test(message)) return 'unknown_field';
  if (/required|non-null|to be provided|include required/i.test(message)) return 'required';
  if (/enum/i.test(message)) return 'one_of';
  return 'type';
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
  const known = new Map(prepared.queryParameters.map((name) => [queryNameOf(name), name]));
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
      const unknown = /"(\w+)"/.exec(error.message.split('not to include unknown field')[1] ?? '')?.[1];
      const field = [...(name === 'input' ? [] : [queryNameOf(name)]), ...path, ...(unknown ? [unknown] : [])].join('.');
      errors.push({ field, constraint: constraintOf(error.message), message: `${field ? `${field}: ` : ''}${error.message}` });
    }, true);
  }
  if (errors.length > 0) throw validationError(errors);
  return values;
}
