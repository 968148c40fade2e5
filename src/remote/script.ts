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

/** The script as one word of a POSIX command line. */
export function shellWord(script: HostScript): string {
  return `'${script.text.replaceAll("'", `'\\''`)}'`;
}
