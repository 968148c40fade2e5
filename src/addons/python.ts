import { parser } from '@lezer/python';

/** It stops at the first thing that is no Python, instead of guessing what was meant. */
const strict = parser.configure({ strict: true });

export type PythonTree = ReturnType<typeof strict.parse>;
export type PythonNode = PythonTree['topNode'];

/** As Python reads a file: with one kind of line ends. */
export const pythonText = (content: string): string => content.replace(/\r\n?/g, '\n');

export const lineOf = (text: string, position: number): number => text.slice(0, position).split('\n').length;

/** The tree of the text, or the position from where on it is no Python. */
export function parsePython(text: string): PythonTree | number {
  if (text.includes('\0')) return text.indexOf('\0');
  try {
    return strict.parse(text);
  } catch (error) {
    const position = error instanceof SyntaxError ? /^No parse at (\d+)$/.exec(error.message)?.[1] : undefined;
    if (position === undefined) throw error;
    return Number(position);
  }
}

export function childrenOf(node: PythonNode | null): PythonNode[] {
  const found: PythonNode[] = [];
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling) found.push(child);
  return found;
}

/** A string that stands alone as the first statement of a file, a class or a function. */
export function isDocstring(node: PythonNode): boolean {
  const inner = node.firstChild;
  if (node.name !== 'ExpressionStatement' || !inner || inner.nextSibling) return false;
  if (inner.name !== 'String' && !(inner.name === 'ContinuedString' && !inner.getChild('FormatString'))) return false;
  if (node.parent?.name !== 'Script' && node.parent?.name !== 'Body') return false;
  let before = node.prevSibling;
  while (before?.name === 'Comment') before = before.prevSibling;
  return before === null || before.name === ':';
}
