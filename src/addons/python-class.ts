import { childrenOf, type PythonNode } from './python.ts';

export interface PythonClass {
  readonly isModel: boolean;
  readonly shapesTables: boolean;
}

const shaping =
  /^(?:init|_register_hook|_unregister_hook|_table_query|_(?:auto|init|setup|reflect|build|add_sql)_\w+)$/;
/** Parts of the query of a view of the database, as models of reports have them; other modules extend them. */
const querying = /^_(?:sub_)?(?:select|from|join|where|with|group_by|having|order_by|query|union)(?:_\w+)?$/;
/** `_auto = False`, whatever else is on its line. */
const isWithoutTable = /\b_auto\b\s*(?::[^=\n]*)?=(?!=)\s*(?!True\b)\S/;
/** What a class of fields or of Python itself runs while classes are made. */
const making = /^__(?:init_subclass|new|set_name|prepare|call)__$/;

/** Whether Odoo runs a method of this name to make tables and views of the database. */
export const shapesTables = (name: string): boolean => shaping.test(name) || querying.test(name);

export const isMaking = (name: string): boolean => making.test(name);

/** The name that a class or a function is defined with. */
export function nameOf(node: PythonNode, text: string): string {
  const name = node.getChild('VariableName');
  return name ? text.slice(name.from, name.to) : '';
}

/** What is known of a class without running it. */
export function pythonClass(node: PythonNode, text: string): PythonClass {
  const sourceOf = (one: PythonNode | null): string => (one ? text.slice(one.from, one.to) : '');
  const statements = childrenOf(node.getChild('Body')).filter(({ name }) => name === 'AssignStatement');
  const assigned = new Map(statements.map((one) => [sourceOf(one.firstChild), sourceOf(one)] as const));
  const bases = sourceOf(node.getChild('ArgList'));
  const model = ['_name', '_inherit', '_inherits'].map((name) => assigned.get(name) ?? '').join(' ');
  const methods = childrenOf(node.getChild('Body'))
    .map((one) => (one.name === 'DecoratedStatement' ? one.lastChild : one))
    .map((one) => (one?.name === 'FunctionDefinition' ? nameOf(one, text) : ''));
  return {
    isModel: model.trim() !== '' || /\b(?:Model|TransientModel|AbstractModel|Controller)\b/.test(bases),
    shapesTables:
      isWithoutTable.test(sourceOf(node)) ||
      /report/i.test(model) ||
      methods.some((name) => name === 'init' || name === '_auto_init'),
  };
}
