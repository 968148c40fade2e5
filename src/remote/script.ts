/**
 * A script that runs on a host. It is a constant of the program: the template refuses values, so nothing built from
 * data can ever reach a shell. Data travels through stdin.
 */
export class HostScript {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export function hostScript(parts: TemplateStringsArray, ...values: readonly never[]): HostScript {
  if (values.length > 0 || parts.length !== 1)
    throw new TypeError('A host script takes no values; send data through stdin');
  return new HostScript(parts.raw[0] ?? '');
}

/** What stands before and after the output of a script, whatever else the server's shell prints. */
export const marks = { begin: 'ocore-begin\n', end: '\nocore-end ' } as const;

// The marks are put together on the server: a shell that only repeats the command does not print them.
const begin = 's=$(printf "%b\\n" "$@"); set --; printf "%s-begin\\n" ocore';
const runner = `${begin}; (eval "$s"); printf "\\n%s-end %s\\n" ocore $?`;
const streamRunner = `${begin}; eval "$s"`;

/** A line as one word: quotes, backslashes and exclamation marks mean something else in each shell, and are octal. */
function word(line: string): string {
  return `'${line.replaceAll(/[\\'!]/g, (char) => `\\0${char.charCodeAt(0).toString(8).padStart(3, '0')}`)}'`;
}

/**
 * The script as a command that every login shell understands (sh, bash, zsh, csh, fish): a word for each of its lines,
 * because csh allows no line breaks in quotes and no long words. With `stream`, what it prints after the first mark is all its own.
 */
export function commandOf(script: HostScript, kind: 'output' | 'stream' = 'output'): string {
  const words = script.text.trim().split('\n').map(word).join(' ');
  return `sh -c '${kind === 'output' ? runner : streamRunner}' sh ${words}`;
}
