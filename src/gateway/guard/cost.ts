import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getOperationAST,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { listSizeOf, weightOf } from './weights.ts';

/** Points of a selection: once, and again for every row of its connection. */
interface Points {
  once: number;
  each: number;
}

interface Run {
  sizes: (name: string) => unknown;
  fragments: Map<string, Points>;
}

type Evaluate = (run: Run) => Points;

const sizeArguments = new Set(['first', 'last', 'limit', 'lines']);
/** The longest that a connection is, and any other list. */
const maxRows = 100;
const maxLines = 1000;
const defaultRows = 20;

function isList(type: GraphQLOutputType): boolean {
  return isNonNullType(type) ? isList(type.ofType) : isListType(type);
}

function rows(value: unknown, otherwise: number, most: number): number {
  // What is out of range is refused by the list itself, with a better message.
  return typeof value === 'number' ? Math.min(Math.max(value, 1), most) : otherwise;
}

function rowsOf(node: FieldNode, otherwise: number, most: number): (run: Run) => number {
  for (const argument of node.arguments ?? []) {
    if (!sizeArguments.has(argument.name.value)) continue;
    const { value } = argument;
    if (value.kind === Kind.INT) {
      const given = rows(Number(value.value), otherwise, most);
      return () => given;
    }
    if (value.kind === Kind.VARIABLE) return (run) => rows(run.sizes(value.name.value), otherwise, most);
  }
  return () => otherwise;
}

/** Compiles selections into closures that know only what costs something; each fragment is compiled and evaluated once. */
class Compiler {
  readonly #schema: GraphQLSchema;
  readonly #definitions: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #fragments = new Map<string, Evaluate>();

  constructor(schema: GraphQLSchema, definitions: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#schema = schema;
    this.#definitions = definitions;
  }

  selection(parent: GraphQLCompositeType, selection: SelectionSetNode): Evaluate {
    const parts = selection.selections.flatMap((node): Evaluate[] => {
      if (node.kind === Kind.FIELD) return this.#field(parent, node);
      if (node.kind === Kind.FRAGMENT_SPREAD) return [this.#spread(node.name.value)];
      return [this.selection(this.#typeNamed(node.typeCondition?.name.value) ?? parent, node.selectionSet)];
    });
    return (run) => {
      const sum: Points = { once: 0, each: 0 };
      for (const part of parts) {
        const { once, each } = part(run);
        sum.once += once;
        sum.each += each;
      }
      return sum;
    };
  }

  #typeNamed(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#schema.getType(name);
    return type && isCompositeType(type) ? type : undefined;
  }

  #spread(name: string): Evaluate {
    return (run) => {
      const known = run.fragments.get(name);
      if (known) return known;
      const points = this.#fragment(name)(run);
      run.fragments.set(name, points);
      return points;
    };
  }

  #fragment(name: string): Evaluate {
    const known = this.#fragments.get(name);
    if (known) return known;
    const definition = this.#definitions.get(name);
    const type = this.#typeNamed(definition?.typeCondition.name.value);
    const evaluate: Evaluate =
      definition && type ? this.selection(type, definition.selectionSet) : () => ({ once: 0, each: 0 });
    this.#fragments.set(name, evaluate);
    return evaluate;
  }

  #field(parent: GraphQLCompositeType, node: FieldNode): Evaluate[] {
    const field = this.#schema.getField(parent, node.name.value);
    if (!field) return [];
    const type = getNamedType(field.type);
    const weight = weightOf(parent.name, field.name, type.name, isLeafType(type));
    if (!isObjectType(type) && !isInterfaceType(type) && !isCompositeType(type))
      return weight > 0 ? [() => ({ once: weight, each: 0 })] : [];
    const inner: Evaluate = node.selectionSet ? this.selection(type, node.selectionSet) : () => ({ once: 0, each: 0 });
    if (type.name.endsWith('Connection')) {
      const size = rowsOf(node, defaultRows, maxRows);
      return [
        (run) => {
          const { once, each } = inner(run);
          return { once: weight + once + size(run) * each, each: 0 };
        },
      ];
    }
    if (!isList(field.type)) return [(run) => ({ once: weight + inner(run).once, each: 0 })];
    // The rows of a connection: how many, the connection knows.
    if (parent.name.endsWith('Connection')) return [(run) => ({ once: 0, each: weight + inner(run).once })];
    const size = rowsOf(node, listSizeOf(parent.name, field.name), maxLines);
    return [(run) => ({ once: size(run) * (weight + inner(run).once), each: 0 })];
  }
}

function defaultOf(operation: OperationDefinitionNode, name: string): number | undefined {
  const value = operation.variableDefinitions?.find(
    (definition) => definition.variable.name.value === name,
  )?.defaultValue;
  return value?.kind === Kind.INT ? Number(value.value) : undefined;
}

export type CostOf = (operationName: string | null | undefined, variables: Readonly<Record<string, unknown>>) => number;

/** The cost of a valid document's operations: objects times the sizes of the lists that they are in, with the variables of the request. */
export function costOf(schema: GraphQLSchema, document: DocumentNode): CostOf {
  const definitions = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const compiler = new Compiler(schema, definitions);
  const evaluates = new Map<OperationDefinitionNode, Evaluate>();
  return (operationName, variables) => {
    const operation = getOperationAST(document, operationName);
    const root = operation && schema.getRootType(operation.operation);
    if (!operation || !root) return 0;
    let evaluate = evaluates.get(operation);
    if (!evaluate) {
      evaluate = compiler.selection(root, operation.selectionSet);
      evaluates.set(operation, evaluate);
    }
    return evaluate({ sizes: (name) => variables[name] ?? defaultOf(operation, name), fragments: new Map() }).once;
  };
}
