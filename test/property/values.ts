import fc from 'fast-check';
import { getNamedType, type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';

/** Texts as attackers and fuzzers write them, beside ordinary ones. */
const hostile = [
  '',
  ' ',
  '\u0000',
  'null',
  '0',
  '-1',
  "' OR 1=1 --",
  '"; DROP TABLE users; --',
  '$(touch /tmp/x)',
  '`id`',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '%00',
  '\r\nSet-Cookie: a=b',
  '🦄'.repeat(40),
  'ä'.normalize('NFD'),
  '\u202Eabc',
  'a'.repeat(5000),
  '__proto__',
  'constructor',
  '0197a1f0-0000-7000-8000-000000000000',
  '2026-11-24T00:00:00Z',
  'a@example.com',
  'SHA256:x',
  'ocore_k_x',
  'eyJpZCI6IjEifQ',
];

export const text = (known: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(fc.constantFrom(...known, ...hostile), fc.string({ unit: 'binary', maxLength: 40 }));

const integer = fc.oneof(fc.constantFrom(0, 1, -1, 20, 100, 101, 2 ** 31 - 1, -(2 ** 31)), fc.integer());

/** Values that are valid for the type as far as GraphQL can say; what the services make of them is the test. */
export function inputOf(type: GraphQLInputType, known: readonly string[], depth = 0): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return inputOf(type.ofType, known, depth);
  if (isListType(type)) return fc.array(inputOf(type.ofType, known, depth + 1), { maxLength: 3 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map((value) => value.name));
  if (isInputObjectType(type)) {
    if (depth > 4) return fc.constant({});
    const fields = Object.values(type.getFields());
    return fc.record(
      Object.fromEntries(
        fields.map((field) => [
          field.name,
          isNonNullType(field.type)
            ? inputOf(field.type, known, depth + 1)
            : fc.option(inputOf(field.type, known, depth + 1), { nil: null }),
        ]),
      ),
      { requiredKeys: fields.filter((field) => isNonNullType(field.type)).map((field) => field.name) },
    );
  }
  switch (getNamedType(type).name) {
    case 'Int':
      return integer;
    case 'ByteSize':
      return fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 2 ** 31, Number.MAX_SAFE_INTEGER));
    case 'Float':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'Boolean':
      return fc.boolean();
    case 'DateTime':
      return fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
        .map((date) => date.toISOString());
    case 'JSON':
      return fc.jsonValue();
    default:
      return text(known);
  }
}
