import {
  type GraphQLError,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  GraphQLBoolean,
  GraphQLInt,
  isEnumType,
  isInputObjectType,
  isListType,
  validateInputValue,
} from 'graphql';
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

/** What a value of this type must be, in words. */
export function wantedOf(type: GraphQLInputType): string {
  const named = getNamedType(type);
  if (named === GraphQLInt) return 'must be a whole number';
  if (named === GraphQLBoolean) return 'must be true or false';
  return `must be of the type ${named.name}`;
}

/** What GraphQL says of a wrong value quotes the value, which may be a password: only the kind of mistake is kept. */
function mistakeOf(message: string, type: GraphQLInputType): { constraint: string; field?: string; text: string } {
  const [start = ''] = message.split(', found:');
  const unknown = /not to include unknown field "(\w+)"/.exec(start)?.[1];
  if (unknown) return { constraint: 'unknown_field', field: unknown, text: 'is not a field of this request' };
  const missing = /to include required field "(\w+)"/.exec(start)?.[1];
  if (missing) return { constraint: 'required', field: missing, text: 'is required' };
  if (/non-null|to be provided/i.test(start)) return { constraint: 'required', text: 'is required' };
  const named = getNamedType(type);
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
