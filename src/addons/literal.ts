import { inShort } from '../errors.ts';
import { childrenOf, lineOf, parsePython, type PythonNode } from './python.ts';
import { decodeString } from './string-literal.ts';

type Key = string | number | bigint | boolean | null;
/** What `ast.literal_eval` gives: integers are of any size, tuples and sets are lists. */
export type Literal = Key | readonly Literal[] | ReadonlyMap<Key, Literal>;

export interface Unreadable {
  readonly line: number | null;
  readonly message: string;
}

/** Python itself takes no more brackets in each other. */
const deepest = 200;
/** Nor longer numbers. */
const longestNumber = 4300;

/** Values of a tree, and the first thing in it that is no literal. */
class LiteralReader {
  readonly #text: string;
  problem: Unreadable | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  #refuse(node: PythonNode, message: string): null {
    this.problem ??= { line: lineOf(this.#text, node.from), message };
    return null;
  }

  #source = (node: PythonNode): string => this.#text.slice(node.from, node.to);

  read(node: PythonNode, depth = 0): Literal {
    if (this.problem) return null;
    if (depth > deepest) return this.#refuse(node, `is nested more than ${deepest} levels deep`);
    switch (node.name) {
      case 'String':
        return this.#string(node);
      case 'ContinuedString':
        return partsOf(node)
          .map((part) => (part.name === 'String' ? this.#string(part) : this.#other(part)))
          .join('');
      case 'Number':
        return this.#number(node, '');
      case 'UnaryExpression':
        return this.#signed(node);
      case 'Boolean':
        return this.#source(node) === 'True';
      case 'None':
        return null;
      case 'DictionaryExpression':
        return this.#dictionary(node, depth);
      case 'ArrayExpression':
      case 'TupleExpression':
      case 'SetExpression':
        return partsOf(node).map((part) => this.read(part, depth + 1));
      case 'ParenthesizedExpression': {
        const [inner = node, ...more] = partsOf(node);
        return inner === node || more.length > 0 ? this.#other(node) : this.read(inner, depth + 1);
      }
      default:
        return this.#other(node);
    }
  }

  #other(node: PythonNode): null {
    return this.#refuse(node, `has ${inShort(JSON.stringify(this.#source(node)), 60)}, which is no literal`);
  }

  #string(node: PythonNode): string {
    const value = decodeString(this.#source(node));
    if (value === null) this.#refuse(node, 'has a string with an escape that cannot be read');
    return value ?? '';
  }

  #number(node: PythonNode, sign: string): Key {
    const source = this.#source(node).replaceAll('_', '').toLowerCase();
    if (source.length > longestNumber) return this.#refuse(node, 'has a number that is too long');
    if (/^0+[1-9]\d*$/.test(source)) return this.#other(node);
    if (/^(?:\d+|0[xob][\da-f]+)$/.test(source)) {
      const whole = BigInt(source);
      return sign === '-' ? -whole : whole;
    }
    const value = Number(`${sign}${source}`);
    return Number.isNaN(value) ? this.#other(node) : value;
  }

  #signed(node: PythonNode): Key {
    const [sign, operand, ...more] = partsOf(node);
    const given = sign ? this.#source(sign) : '';
    if (operand?.name !== 'Number' || more.length > 0 || !/^[+-]$/.test(given)) return this.#other(node);
    return this.#number(operand, given);
  }

  #dictionary(node: PythonNode, depth: number): ReadonlyMap<Key, Literal> {
    const found = new Map<Key, Literal>();
    const parts = partsOf(node);
    for (let at = 0; at < parts.length; at += 3) {
      const [key, colon, value] = parts.slice(at, at + 3);
      if (key === undefined || colon?.name !== ':' || value === undefined) {
        this.#other(key ?? node);
        break;
      }
      const name = this.read(key, depth + 1);
      if (name !== null && typeof name === 'object') this.#refuse(key, 'has a list or a dictionary as a key');
      else found.set(name, this.read(value, depth + 1));
    }
    return found;
  }
}

/** The children of a node but for brackets, commas and comments. */
const partsOf = (node: PythonNode): PythonNode[] =>
  childrenOf(node).filter(({ name }) => !/^(?:[()[\]{},]|Comment)$/.test(name));

/** The one literal that the text is, as `ast.literal_eval` reads it. Nothing of it runs. */
export function readLiteral(given: string): { value: Literal } | Unreadable {
  const text = given.replace(/^[ \t]+/, '');
  const tree = parsePython(text);
  if (typeof tree === 'number') return { line: lineOf(text, tree), message: 'is no Python' };
  const [statement, more] = partsOf(tree.topNode);
  if (statement === undefined) return { line: null, message: 'is empty' };
  const expression = statement.firstChild;
  const isOne = statement.name === 'ExpressionStatement' && expression?.nextSibling === null;
  const isAtMargin = statement.from === 0 || text[statement.from - 1] === '\n';
  const odd = expression === null || !isOne || !isAtMargin ? statement : more;
  if (odd !== undefined || expression === null)
    return { line: lineOf(text, (odd ?? statement).from), message: 'has more than one literal, or an indented one' };
  const reader = new LiteralReader(text);
  const value = reader.read(expression);
  return reader.problem ?? { value };
}
