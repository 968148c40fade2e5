import {
  type DocumentNode,
  type FieldNode,
  getArgumentValues,
  getVariableValues,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { Context } from './context.ts';

type Variables = NonNullable<ReturnType<typeof getVariableValues>['variableValues']>;

interface Run {
  readonly context: Context;
  readonly variables: Variables;
}

/** Turns the result of a resolver into the response; returns a promise only if a resolver below it does. */
type Complete = (value: unknown, run: Run) => unknown;

/** Means "this query needs the library's executor", either for what it is or for what happened in it. */
class NotCompiled extends Error {}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function completeOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  type: GraphQLOutputType,
  selection: SelectionSetNode | undefined,
): Complete {
  if (isNonNullType(type)) {
    const inner = completeOf(schema, operation, type.ofType, selection);
    return (value, run) => {
      if (value === null || value === undefined) throw new NotCompiled('A value is missing');
      return inner(value, run);
    };
  }
  if (isListType(type)) {
    const inner = completeOf(schema, operation, type.ofType, selection);
    return (value, run) => {
      if (value === null || value === undefined) return null;
      if (!Array.isArray(value)) throw new NotCompiled('A list is not an array');
      const items = value.map((item: unknown) =>
        isPromise(item) ? item.then((found) => inner(found, run)) : inner(item, run),
      );
      return items.some(isPromise) ? Promise.all(items) : items;
    };
  }
  if (isLeafType(type))
    return (value) => (value === null || value === undefined ? null : type.coerceOutputValue(value));
  if (!isObjectType(type) || !selection) throw new NotCompiled('An abstract type');
  const object = objectOf(schema, operation, type, selection);
  return (value, run) => (value === null || value === undefined ? null : object(value, run));
}

interface CompiledField {
  key: string;
  field: GraphQLField<unknown, unknown>;
  node: FieldNode;
  hasArguments: boolean;
  complete: Complete;
}

function fieldsOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  type: GraphQLObjectType,
  selection: SelectionSetNode,
): CompiledField[] {
  const keys = new Set<string>();
  return selection.selections.map((node) => {
    if (node.kind !== Kind.FIELD || (node.directives?.length ?? 0) > 0)
      throw new NotCompiled('A fragment or a directive');
    const key = node.alias?.value ?? node.name.value;
    const field = type.getFields()[node.name.value];
    // Introspection, and fields that must be merged.
    if (!field || keys.has(key) || key === '__proto__') throw new NotCompiled('A field of its own kind');
    keys.add(key);
    return {
      key,
      field,
      node,
      hasArguments: field.args.length > 0,
      complete: completeOf(schema, operation, field.type, node.selectionSet),
    };
  });
}

function objectOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  type: GraphQLObjectType,
  selection: SelectionSetNode,
): (parent: unknown, run: Run) => unknown {
  const fields = fieldsOf(schema, operation, type, selection);
  const infoOf = ({ field, node, key }: CompiledField, { variables }: Run): GraphQLResolveInfo => {
    const never = new AbortController().signal;
    return {
      fieldName: field.name,
      fieldNodes: [node],
      returnType: field.type,
      parentType: type,
      path: { prev: undefined, key, typename: type.name },
      schema,
      fragments: {},
      rootValue: undefined,
      operation,
      variableValues: variables,
      getAbortSignal: () => never,
      getAsyncHelpers: () => ({ promiseAll: (values) => Promise.all(values), track: () => {} }),
    };
  };
  return (parent, run) => {
    const answer: Record<string, unknown> = {};
    const pending: Promise<void>[] = [];
    try {
      for (const compiled of fields) {
        const { key, field, node, complete } = compiled;
        const value: unknown = field.resolve
          ? field.resolve(
              parent,
              compiled.hasArguments ? getArgumentValues(field, node, run.variables) : {},
              run.context,
              infoOf(compiled, run),
            )
          : Reflect.get(Object(parent), field.name);
        const done = isPromise(value) ? value.then((found) => complete(found, run)) : complete(value, run);
        answer[key] = done;
        if (isPromise(done))
          pending.push(
            done.then((found) => {
              answer[key] = found;
            }),
          );
      }
    } catch (error) {
      for (const work of pending) work.catch(() => {});
      throw error;
    }
    return pending.length > 0 ? Promise.all(pending).then(() => answer) : answer;
  };
}

/** A query made ready to run many times. Any mistake throws: whoever needs GraphQL's partial responses asks the library then. */
export type CompiledQuery = (
  context: Context,
  variables: Readonly<Record<string, unknown>>,
) => Promise<Record<string, unknown>>;

/**
 * Compiles a validated query of fields, arguments and variables into closures: a list of 20 rows is 500 values, and the
 * library's general executor costs more for them than the database does. The resolvers, and with them the permissions,
 * are the same. Gives undefined for what it does not cover: mutations, fragments, directives, introspection, interfaces.
 */
export function compileQuery(schema: GraphQLSchema, document: DocumentNode): CompiledQuery | undefined {
  const operation = document.definitions[0];
  const query = schema.getQueryType();
  if (
    document.definitions.length !== 1 ||
    operation?.kind !== Kind.OPERATION_DEFINITION ||
    operation.operation !== OperationTypeNode.QUERY ||
    !query
  )
    return undefined;
  try {
    const root = objectOf(schema, operation, query, operation.selectionSet);
    return async (context, inputs) => {
      const { variableValues, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], inputs);
      if (!variableValues) throw errors[0] ?? new NotCompiled('Variables');
      return Object.fromEntries(Object.entries(Object(await root(undefined, { context, variables: variableValues }))));
    };
  } catch (error) {
    if (error instanceof NotCompiled) return undefined;
    throw error;
  }
}
