import { parsePython, type PythonNode, pythonText } from './python.ts';

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

interface Class {
  readonly isModel: boolean;
  readonly shapesTables: boolean;
}

const shaping =
  /^(?:init|_register_hook|_unregister_hook|_table_query|_(?:auto|init|setup|reflect|build|add_sql)_\w+)$/;
/** Parts of the query of a view of the database, as models of reports have them; other modules extend them. */
const querying = /^_(?:sub_)?(?:select|from|join|where|with|group_by|having|order_by|query|union)(?:_\w+)?$/;
/** What a class of fields or of Python itself runs while classes are made. */
const making = /^__(?:init_subclass|new|set_name|prepare|call)__$/;

const isText = (name: string): boolean => name === 'String' || name === 'FormatString';

function childrenOf(node: PythonNode | null): PythonNode[] {
  const found: PythonNode[] = [];
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling) found.push(child);
  return found;
}

/** A string that stands alone as the first statement of a file, a class or a function. */
function isDocstring(node: PythonNode): boolean {
  const inner = node.firstChild;
  if (node.name !== 'ExpressionStatement' || !inner || inner.nextSibling) return false;
  if (inner.name !== 'String' && !(inner.name === 'ContinuedString' && !inner.getChild('FormatString'))) return false;
  if (node.parent?.name !== 'Script' && node.parent?.name !== 'Body') return false;
  let before = node.prevSibling;
  while (before?.name === 'Comment') before = before.prevSibling;
  return before === null || before.name === ':';
}

class Reader {
  readonly #text: string;
  readonly #classes: Class[] = [];
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

  #classOf(node: PythonNode): Class {
    const statements = childrenOf(node.getChild('Body')).filter(({ name }) => name === 'AssignStatement');
    const assigned = new Map(
      statements.map((one) => [this.#source(one.firstChild ?? one), this.#source(one)] as const),
    );
    const bases = this.#source(node.getChild('ArgList') ?? { from: 0, to: 0 });
    const model = ['_name', '_inherit', '_inherits'].map((name) => assigned.get(name) ?? '').join(' ');
    const auto = assigned.get('_auto');
    const methods = childrenOf(node.getChild('Body'))
      .map((one) => (one.name === 'DecoratedStatement' ? one.lastChild : one))
      .map((one) => (one?.name === 'FunctionDefinition' ? this.#nameOf(one) : ''));
    return {
      isModel: model.trim() !== '' || /\b(?:Model|TransientModel|AbstractModel|Controller)\b/.test(bases),
      shapesTables:
        (auto !== undefined && !/=\s*True$/.test(auto)) ||
        /report/i.test(model) ||
        methods.some((name) => name === 'init' || name === '_auto_init'),
    };
  }

  #nameOf = (node: PythonNode): string => this.#source(node.getChild('VariableName') ?? { from: 0, to: 0 });

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
      const one = this.#classOf(node);
      if (isHelper && !one.isModel) this.#helpers.add(this.#nameOf(node));
      this.#classes.push(one);
    }
    if (node.name === 'FunctionDefinition' && isHelper) this.#helpers.add(this.#nameOf(node));
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
      const name = this.#nameOf(node.parent ?? node);
      this.#bodies.push({
        name,
        tokens: this.#body.tokens.join(' '),
        shapesTables:
          shaping.test(name) || querying.test(name) || this.#classes.some(({ shapesTables }) => shapesTables),
        isMethod: (this.#classes.at(-1)?.isModel ?? false) && !making.test(name),
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
