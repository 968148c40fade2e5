/** An element with its class and content. */
export function made<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

const tokens = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;
/** Longer texts are shown plainly: colours cost an element each. */
const longest = 200_000;

/** A JSON text, coloured as the examples on the page are. */
export function coloured(text: string): Node[] {
  if (text.length > longest) return [new Text(text)];
  const nodes: Node[] = [];
  let at = 0;
  for (const found of text.matchAll(tokens)) {
    const [whole, string, colon] = found;
    nodes.push(new Text(text.slice(at, found.index)));
    const kind = string === undefined ? 'constant' : colon === undefined ? 'string' : 'keyword';
    nodes.push(made('span', `tk-${kind}`, string ?? whole));
    if (colon) nodes.push(new Text(colon));
    at = found.index + whole.length;
  }
  nodes.push(new Text(text.slice(at)));
  return nodes;
}
