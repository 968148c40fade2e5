import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { documentLimits, tooComplex } from './limits.ts';

interface Shape {
  depth: number;
  /** Fields at the top, those of fragments counted. */
  width: number;
}

/** Measures selections with each fragment measured once, however often it is spread. A fragment in a circle is left to validation. */
class Measure {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #known = new Map<string, Shape>();

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
  }

  of(selection: SelectionSetNode): Shape {
    const whole: Shape = { depth: 0, width: 0 };
    for (const node of selection.selections) {
      let part: Shape;
      if (node.kind === Kind.FIELD)
        part = { depth: 1 + (node.selectionSet ? this.of(node.selectionSet).depth : 0), width: 1 };
      else if (node.kind === Kind.INLINE_FRAGMENT) part = this.of(node.selectionSet);
      else part = this.#ofFragment(node.name.value);
      whole.depth = Math.max(whole.depth, part.depth);
      whole.width += part.width;
    }
    return whole;
  }

  #ofFragment(name: string): Shape {
    const known = this.#known.get(name);
    if (known) return known;
    this.#known.set(name, { depth: 0, width: 0 });
    const fragment = this.#fragments.get(name);
    const shape = fragment ? this.of(fragment.selectionSet) : { depth: 0, width: 0 };
    this.#known.set(name, shape);
    return shape;
  }
}

/** How often the most selected field or fragment stands in one place; inline fragments are part of the place that they are in. */
function repetitionsIn(selection: SelectionSetNode): number {
  const counts = new Map<string, number>();
  const places = [selection];
  for (const place of places) {
    for (const node of place.selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) {
        places.push(node.selectionSet);
        continue;
      }
      const key = node.kind === Kind.FIELD ? (node.alias ?? node.name).value : `...${node.name.value}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return Math.max(0, ...counts.values());
}

/**
 * Refuses documents whose mere shape would make validation or execution dear. Runs before validation, whose rules are
 * quadratic here and there, and takes time in proportion to the document.
 */
export function checkStructure(document: DocumentNode): void {
  const counted = { operations: 0, fragments: 0, variables: 0, directives: 0, aliases: 0, repetitions: 0 };
  const fragments = new Map<string, FragmentDefinitionNode>();
  visit(document, {
    OperationDefinition: () => {
      counted.operations += 1;
    },
    FragmentDefinition: (node) => {
      counted.fragments += 1;
      fragments.set(node.name.value, node);
    },
    VariableDefinition: () => {
      counted.variables += 1;
    },
    Directive: () => {
      counted.directives += 1;
    },
    Field: (node) => {
      if (node.alias) counted.aliases += 1;
    },
    SelectionSet: (node) => {
      counted.repetitions = Math.max(counted.repetitions, repetitionsIn(node));
    },
  });
  for (const limit of ['operations', 'fragments', 'variables', 'directives', 'aliases', 'repetitions'] as const) {
    if (counted[limit] > documentLimits[limit]) throw tooComplex(limit, counted[limit]);
  }
  const measure = new Measure(fragments);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, width } = measure.of(definition.selectionSet);
    if (depth > documentLimits.depth) throw tooComplex('depth', depth);
    const roots = definition.operation === OperationTypeNode.MUTATION ? 'mutations' : 'queries';
    if (width > documentLimits[roots]) throw tooComplex(roots, width);
  }
}
