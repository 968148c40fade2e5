export interface Frame {
  readonly path: string;
  readonly line: number;
}

/** An exception of a chain, the way it came, and what it says, line by line. */
export interface Raised {
  readonly frames: readonly Frame[];
  readonly says: readonly string[];
  /** The one before is why this was raised on purpose, or while it was handled. */
  readonly after: 'cause' | 'context' | null;
}

export const beginsTraceback = (line: string): boolean => /^Traceback \(most recent call last\):/.test(line);

const relations: ReadonlyMap<string, Raised['after']> = new Map([
  ['The above exception was the direct cause of the following exception:', 'cause'],
  ['During handling of the above exception, another exception occurred:', 'context'],
]);

const isBlank = (line: string): boolean => line.trim() === '';

/** What one exception is. Its text begins with the first line that is not indented. */
function raisedIn(lines: readonly string[], after: Raised['after']): Raised {
  const begin = lines.findIndex((line, at) => at > 0 && /^\S/.test(line));
  const way = lines.slice(0, begin < 0 ? lines.length : begin);
  const says = begin < 0 ? [] : lines.slice(begin);
  const end = says.findIndex((line) => line.startsWith('View error context:'));
  return {
    frames: way.flatMap((line) => {
      // What is no Python has no function, as in `SyntaxError`.
      const [, path, number] = /^ {2,}File "(.+)", line (\d+)(?:, in .*)?$/.exec(line) ?? [];
      return path === undefined ? [] : [{ path, line: Number(number) }];
    }),
    says: (end < 0 ? says : says.slice(0, end)).filter((line) => !isBlank(line) && !/^\s*[\^~]+\s*$/.test(line)),
    after,
  };
}

/** The exceptions of a traceback, the first one first. */
export function chainOf(lines: readonly string[]): readonly Raised[] {
  const chain: Raised[] = [];
  let after: Raised['after'] = null;
  let current: string[] = [];
  const close = (): void => {
    if (current.length > 0) chain.push(raisedIn(current, after));
    current = [];
  };
  for (const line of lines) {
    const relation = relations.get(line.trim());
    if (relation) {
      close();
      after = relation;
    } else if (current.length > 0 || beginsTraceback(line)) current.push(line);
  }
  close();
  return chain;
}

/** Which of the chain says what is wrong. */
export function rootOf(chain: readonly Raised[]): Raised | undefined {
  let at = chain.length - 1;
  const saysOf = (index: number): string => chain[index]?.says[0] ?? '';
  // These are written for people.
  if (/^odoo\.exceptions\.\w+:/.test(saysOf(at))) return chain[at];
  // What follows an error in a transaction is no news.
  while (at > 0 && (chain[at]?.after === 'cause' || /\bInFailedSqlTransaction\b/.test(saysOf(at)))) at -= 1;
  return chain[at];
}
