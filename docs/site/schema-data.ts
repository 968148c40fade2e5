import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  print,
} from 'graphql';
import { requirementOfField } from '../../schema/deny-by-default.ts';

interface Part {
  name: string;
  type?: string;
  description: string;
  default?: string;
  deprecated?: string;
}

interface Entry extends Part {
  permission?: string;
  /** The interfaces of an object, the objects of an interface. */
  implements?: string[];
  implementedBy?: string[];
  parts: Part[];
}

export interface SchemaKind {
  name: string;
  title: string;
  description: string;
  entries: Entry[];
}

const byName = (one: { name: string }, other: { name: string }): number => (one.name < other.name ? -1 : 1);

function defaultOf(input: GraphQLArgument | GraphQLInputField): { default?: string } {
  const given = input.default;
  if (!given) return {};
  if ('literal' in given && given.literal) return { default: print(given.literal) };
  const literal = 'value' in given ? astFromValue(given.value, input.type) : undefined;
  return literal ? { default: print(literal) } : {};
}

const inputPart = (input: GraphQLArgument | GraphQLInputField): Part => ({
  name: input.name,
  type: String(input.type),
  description: input.description ?? '',
  ...defaultOf(input),
  ...(input.deprecationReason ? { deprecated: input.deprecationReason } : {}),
});

function fieldEntry(field: GraphQLField<unknown, unknown>): Entry {
  const { permission } = requirementOfField(field);
  return {
    name: field.name,
    type: String(field.type),
    description: field.description ?? '',
    parts: field.args.map(inputPart),
    ...(permission ? { permission } : {}),
    ...(field.deprecationReason ? { deprecated: field.deprecationReason } : {}),
  };
}

function typeEntry(schema: GraphQLSchema, type: GraphQLNamedType): Entry {
  const parts =
    isObjectType(type) || isInterfaceType(type)
      ? Object.values(type.getFields()).map(
          (field): Part => ({
            name: field.name,
            type: String(field.type),
            description: field.description ?? '',
            ...(field.deprecationReason ? { deprecated: field.deprecationReason } : {}),
          }),
        )
      : isInputObjectType(type)
        ? Object.values(type.getFields()).map(inputPart)
        : isEnumType(type)
          ? type.getValues().map(
              (value): Part => ({
                name: value.name,
                description: value.description ?? '',
                ...(value.deprecationReason ? { deprecated: value.deprecationReason } : {}),
              }),
            )
          : isUnionType(type)
            ? type
                .getTypes()
                .map(
                  (member): Part => ({ name: member.name, type: member.name, description: member.description ?? '' }),
                )
            : [];
  const names = (types: readonly GraphQLNamedType[]): string[] => types.map(({ name }) => name).sort();
  const related =
    isObjectType(type) && type.getInterfaces().length > 0
      ? { implements: names(type.getInterfaces()) }
      : isInterfaceType(type)
        ? { implementedBy: names(schema.getPossibleTypes(type)) }
        : {};
  return { name: type.name, description: type.description ?? '', ...related, parts };
}

/** The schema in the order of its reference. */
export function schemaKinds(schema: GraphQLSchema): SchemaKind[] {
  const root = (type: ReturnType<GraphQLSchema['getQueryType']>): Entry[] =>
    Object.values(type?.getFields() ?? {})
      .map(fieldEntry)
      .sort(byName);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !roots.some((one) => one === type))
    .sort(byName);
  const all = (keep: (type: GraphQLNamedType) => boolean): Entry[] =>
    types.filter(keep).map((type) => typeEntry(schema, type));
  return [
    {
      name: 'queries',
      title: 'Queries',
      description: 'All operations that read data.',
      entries: root(schema.getQueryType()),
    },
    {
      name: 'mutations',
      title: 'Mutations',
      description: 'All operations that change data.',
      entries: root(schema.getMutationType()),
    },
    {
      name: 'subscriptions',
      title: 'Subscriptions',
      description: 'Live updates.',
      entries: root(schema.getSubscriptionType()),
    },
    {
      name: 'objects',
      title: 'Objects',
      description: 'Types of responses.',
      entries: all((type) => isObjectType(type) || isInterfaceType(type) || isUnionType(type)),
    },
    { name: 'inputs', title: 'Inputs', description: 'Types of arguments.', entries: all(isInputObjectType) },
    { name: 'enums', title: 'Enums', description: 'Fixed sets of values.', entries: all(isEnumType) },
    { name: 'scalars', title: 'Scalars', description: 'Single values.', entries: all((type) => isScalarType(type)) },
  ].filter((kind) => kind.entries.length > 0);
}

/** Where the reference describes a type. */
export function typeAddress(schema: GraphQLSchema, name: string): string | undefined {
  const type = schema.getType(name);
  if (!type || isSpecifiedScalarType(type)) return undefined;
  const kind = isInputObjectType(type)
    ? 'inputs'
    : isEnumType(type)
      ? 'enums'
      : isScalarType(type)
        ? 'scalars'
        : 'objects';
  return `/docs/graphql/${kind}#${name}`;
}
