import {
  type GraphQLError,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  validateInputValue,
} from 'graphql';
import { didYouMean } from '../did-you-mean.ts';
import type { FieldError } from '../errors.ts';

type Path = readonly (string | number)[];

/** The type of the part of an input that a path leads to. */
function typeAt(type: GraphQLInputType, path: Path): GraphQLInputType {
  return path.reduce<GraphQLInputType>((whole, step) => {
    const at = getNullableType(whole);
    if (isListType(at)) return typeof step === 'number' ? at.ofType : typeAt(at.ofType, [step]);
    return isInputObjectType(at) ? (at.getFields()[step]?.type ?? at) : at;
  }, type);
}

/** What a value of the schema's scalars must be. */
const wanted: Readonly<Record<string, string>> = {
  Int: 'a whole number',
  Float: 'a number',
  Boolean: 'true or false',
  String: 'a text',
  ID: 'an id',
  ByteSize: 'a whole number of bytes',
  DateTime: 'a date and time such as 2026-11-24T09:30:00Z',
};

/** What a value of this type must be, in words. */
export function wantedOf(type: GraphQLInputType): string {
  const named = getNamedType(type);
  const one = isInputObjectType(named) ? 'an object' : (wanted[named.name] ?? `of the type ${named.name}`);
  return isListType(getNullableType(type)) ? `must be a list; each entry ${one}` : `must be ${one}`;
}

/** What GraphQL says of a wrong value quotes the value, which may be a password: only the kind of mistake is kept. */
function mistakeOf(message: string, type: GraphQLInputType): { constraint: string; field?: string; text: string } {
  const [start = ''] = message.split(', found:');
  const unknown = /not to include unknown field "(\w+)"/.exec(start)?.[1];
  const named = getNamedType(type);
  if (unknown) {
    const known = isInputObjectType(named) ? Object.keys(named.getFields()) : [];
    const text = `is not a field of this request${didYouMean(unknown, known)}`;
    return { constraint: 'unknown_field', field: unknown, text };
  }
  const missing = /to include required field "(\w+)"/.exec(start)?.[1];
  if (missing) return { constraint: 'required', field: missing, text: 'is required' };
  if (/non-null|to be provided/i.test(start)) return { constraint: 'required', text: 'is required' };
  if (isEnumType(named)) {
    const allowed = named.getValues().map(({ name }) => name);
    return { constraint: 'one_of', text: `must be one of ${allowed.join(', ')}` };
  }
  return { constraint: 'type', text: wantedOf(type) };
}

/** One mistake of an input, whether it came as a value or as a literal. `place` is where the input is in the request. */
export function inputMistake(error: GraphQLError, type: GraphQLInputType, place: Path, path: Path): FieldError {
  const mistake = mistakeOf(error.message, typeAt(type, path));
  const field = [...place, ...path, ...(mistake.field === undefined ? [] : [mistake.field])].join('.');
  return { field, constraint: mistake.constraint, message: `${field || 'The input'} ${mistake.text}` };
}

/** Everything in which a value is not of the type. */
export function inputMistakes(value: unknown, type: GraphQLInputType, place: Path): FieldError[] {
  const mistakes: FieldError[] = [];
  validateInputValue(value, type, (error, path) => mistakes.push(inputMistake(error, type, place, path)), true);
  return mistakes;
}
