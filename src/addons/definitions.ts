import { childrenOf, isDocstring, parsePython, type PythonNode, pythonText } from './python.ts';
import { isMaking, nameOf, type PythonClass, pythonClass, shapesTables } from './python-class.ts';

/** A function of a file, with all that is defined in it. */
export interface FunctionBody {
  readonly name: string;
  /** Its tokens: the same for the same statements, whatever comments, docstrings and blank lines are between them. */
  readonly tokens: string;
  /** Whether Odoo runs it to make the tables of a model, or the views of the database that stand for them. */
  readonly shapesTables: boolean;
  /** Whether it is a method of a model or a controller, which Odoo calls when everything is loaded. */
  readonly isMethod: boolean;
}

/** What a file of Python does when it is loaded, apart from what its functions do when they are called. */
export interface Definitions {
  /** Its tokens and what belongs together, without the bodies of functions. */
  readonly outside: string;
  readonly bodies: readonly FunctionBody[];
  /** Functions and classes of its own that are no models. */
  readonly helpers: ReadonlySet<string>;
  /** The names in what it calls while it is loaded, decorates with, and writes into texts. */
  readonly used: ReadonlySet<string>;
  /** Those of them that it calls by their mere name. */
  readonly called: ReadonlySet<string>;
}

const isText = (name: string): boolean => name === 'String' || name === 'FormatString';

class Reader {
  readonly #text: string;
  readonly #classes: PythonClass[] = [];
  readonly #outside: string[] = [];
  readonly #bodies: FunctionBody[] = [];
  readonly #helpers = new Set<string>();
  readonly #used = new Set<string>();
  readonly #called = new Set<string>();
  /** Of the function that the reader is in: where its body is, and its tokens so far. */
  #body: { node: PythonNode; tokens: string[] } | null = null;
  #calls = 0;
  #read = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #source = (node: { from: number; to: number }): string => this.#text.slice(node.from, node.to);

  #push(token: string): void {
    // With its length, no token can be taken for two.
    (this.#body?.tokens ?? this.#outside).push(`${token.length}:${token}`);
  }

  /** What the tree leaves out between two tokens. */
  #gap(to: number): void {
    const gap = this.#text.slice(this.#read, to).replaceAll(/[\s\\]+/g, '');
    if (gap !== '') this.#push(gap);
    this.#read = to;
  }

  /** Whether to go on with what is in the node. */
  #enter(node: PythonNode): boolean {
    if (node.name === 'Comment' || isDocstring(node)) {
      this.#gap(node.from);
      this.#read = node.to;
      return false;
    }
    if (node.firstChild === null || isText(node.name)) {
      this.#gap(node.from);
      this.#push(this.#source(node));
      this.#read = node.to;
      if (this.#body === null) this.#use(node);
      return false;
    }
    if (this.#body === null) this.#define(node);
    this.#push(`<${node.name}`);
    return true;
  }

  #use(node: PythonNode): void {
    const isName = /^(?:Variable|Property)Name$/.test(node.name);
    if (isName && this.#calls > 0) this.#used.add(this.#source(node));
    if (node.name === 'FormatString')
      for (const [name] of this.#source(node).matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) this.#used.add(name);
  }

  #define(node: PythonNode): void {
    if (node.name === 'CallExpression' || node.name === 'Decorator') {
      this.#calls += 1;
      const callee = node.name === 'Decorator' ? node.getChild('VariableName') : node.firstChild;
      if (callee?.name === 'VariableName') this.#called.add(this.#source(callee));
    }
    const isHelper = this.#classes.length === 0;
    if (node.name === 'ClassDefinition') {
      const one = pythonClass(node, this.#text);
      if (isHelper && !one.isModel) this.#helpers.add(nameOf(node, this.#text));
      this.#classes.push(one);
    }
    if (node.name === 'FunctionDefinition' && isHelper) this.#helpers.add(nameOf(node, this.#text));
    if (node.name === 'Body' && node.parent?.name === 'FunctionDefinition') this.#body = { node, tokens: [] };
    // Another name for what may be a helper of another file.
    if (node.name === 'ImportStatement' && /^from\s*(?:\.|odoo\.addons\b)/.test(this.#source(node)))
      for (const { name, nextSibling } of childrenOf(node))
        if (name === 'as' && nextSibling) this.#helpers.add(this.#source(nextSibling));
  }

  #leave(node: PythonNode): void {
    this.#gap(node.to);
    this.#push('>');
    if (this.#body?.node.from === node.from && this.#body.node.to === node.to && node.name === 'Body') {
      const name = nameOf(node.parent ?? node, this.#text);
      this.#bodies.push({
        name,
        tokens: this.#body.tokens.join(' '),
        shapesTables: shapesTables(name) || this.#classes.some((one) => one.shapesTables),
        isMethod: (this.#classes.at(-1)?.isModel ?? false) && !isMaking(name),
      });
      this.#body = null;
    }
    if (this.#body !== null) return;
    if (node.name === 'CallExpression' || node.name === 'Decorator') this.#calls -= 1;
    if (node.name === 'ClassDefinition') this.#classes.pop();
  }

  read(node: PythonNode): Definitions {
    // A cursor, for trees may be deeper than the stack.
    const walk = node.cursor();
    for (let done = false; !done; ) {
      if (this.#enter(walk.node) && walk.firstChild()) continue;
      while (!walk.nextSibling()) {
        if (!walk.parent()) {
          done = true;
          break;
        }
        this.#leave(walk.node);
      }
    }
    return {
      outside: this.#outside.join(' '),
      bodies: this.#bodies,
      helpers: this.#helpers,
      used: this.#used,
      called: this.#called,
    };
  }
}

/** What a file of Python defines; null if it is no Python. */
export function definitionsOf(content: string): Definitions | null {
  const text = pythonText(content.replace(/^\ufeff/, ''));
  const tree = parsePython(text);
  return typeof tree === 'number' ? null : new Reader(text).read(tree.topNode);
}
