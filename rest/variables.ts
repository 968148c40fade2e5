import { getNamedType, getNullableType, GraphQLBoolean, type GraphQLInputType, GraphQLInt, isEnumType, isListType, isNonNullType } from 'graphql';
import type { Request } from 'express';
import { didYouMean } from '../src/did-you-mean.ts';
import { type FieldError, validationError } from '../src/errors.ts';
import { inputMistakes, wantedOf } from '../src/request/input-mistakes.ts';
import type { PreparedRoute } from './prepared.ts';

/** The values of an enum as REST writes them: as the reference does, in their stored form. */
function fromText(text: string, type: GraphQLInputType, field: string): { value: unknown } | FieldError {
  const named = getNamedType(type);
  const wrong: FieldError = { field, constraint: 'type', message: `${field} ${wantedOf(type)}` };
  if (named === GraphQLInt) {
    return /^-?\d{1,15}$/.test(text) ? { value: Number(text) } : wrong;
  }
  if (named === GraphQLBoolean) {
    return text === 'true' || text === 'false' ? { value: text === 'true' } : wrong;
  }
  if (isEnumType(named)) {
    const value = named.getValues().find((candidate) => candidate.value === text);
    return value
      ? { value: value.name }
      : {
          field,
          constraint: 'one_of',
          message: `${field} must be one of ${named
            .getValues()
            .map((candidate) => String(candidate.value))
            .join(', ')}`,
        };
  }
  return { value: text };
}

/** Several values are separated by commas, or the parameter is repeated; one that takes a single value is not. */
function fromTexts(given: unknown, type: GraphQLInputType, field: string): { value: unknown } | FieldError {
  const texts: unknown[] = Array.isArray(given) ? given : [given];
  const isList = isListType(getNullableType(type));
  if (!texts.every((text) => typeof text === 'string') || (!isList && texts.length !== 1)) return { field, constraint: 'type', message: `${field} must not be repeated` };
  if (!isList) return fromText(texts[0] ?? '', type, field);
  const values: unknown[] = [];
  for (const text of texts.flatMap((list) => list.split(','))) {
    const read = fromText(text, type, field);
    if (!('value' in read)) return read;
    values.push(read.value);
  }
  return { value: values };
}

function unknownField(field: string, known: readonly string[]): FieldError {
  return { field, constraint: 'unknown_field', message: `${field} is not a field of this request${didYouMean(field, known)}` };
}

function fromBody(request: Request, { route, variables }: PreparedRoute, errors: FieldError[]): Record<string, unknown> {
  const body: unknown = request.body;
  if (body === undefined) {
    if (variables.has('input')) errors.push({ field: '', constraint: 'required', message: 'The body must be a JSON object' });
    return {};
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    errors.push({ field: '', constraint: 'type', message: 'The body must be a JSON object' });
    return {};
  }
  if (variables.has('input')) return { input: body };
  const wanted = Object.entries(body).filter(([name]) => route.body?.includes(name));
  errors.push(
    ...Object.keys(body)
      .filter((name) => !route.body?.includes(name))
      .map((name) => unknownField(name, route.body ?? [])),
  );
  return Object.fromEntries(wanted);
}

function fromQuery(request: Request, prepared: PreparedRoute, errors: FieldError[]): Record<string, unknown> {
  const known = new Map(prepared.queryParameters.map((name) => [prepared.queryName(name), name]));
  const values: Record<string, unknown> = {};
  for (const [parameter, text] of Object.entries(request.query)) {
    if (prepared.ownParameters.includes(parameter)) continue;
    const name = known.get(parameter);
    const type = name ? prepared.variables.get(name) : undefined;
    if (!name || !type) errors.push({ field: parameter, constraint: 'unknown_field', message: `${parameter} is not a parameter of this route${didYouMean(parameter, [...known.keys(), ...prepared.ownParameters])}` });
    else {
      const read = fromTexts(text, type, parameter);
      if ('value' in read) values[name] = read.value;
      else errors.push(read);
    }
  }
  return values;
}

/** Collects the document's variables from path, query and body; everything wrong with them in one error. */
export function variablesOf(request: Request, prepared: PreparedRoute): Record<string, unknown> {
  const errors: FieldError[] = [];
  const values: Record<string, unknown> = {
    ...Object.fromEntries(prepared.pathParameters.map((name) => [name, request.params[name]])),
    ...fromQuery(request, prepared, errors),
    ...fromBody(request, prepared, errors),
  };
  const wrong = new Set(errors.map(({ field }) => field));
  for (const [name, type] of prepared.variables) {
    const value = values[name];
    if (value === undefined && (!isNonNullType(type) || wrong.has(name === 'input' ? '' : prepared.queryName(name)))) continue;
    errors.push(...inputMistakes(value, type, name === 'input' ? [] : [prepared.queryName(name)]));
  }
  if (errors.length > 0) throw validationError(errors);
  return values;
}
