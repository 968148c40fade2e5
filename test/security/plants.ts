/** How a value may look where somebody wrote it down without thinking. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  // Within a longer text base64 falls on one of three places; the characters at both ends depend on the neighbours.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(shift === 0 ? 0 : shift + 1, -2),
  );
  const forms = [
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(value),
    new URLSearchParams([['', value]]).toString().slice(1),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set(forms)].filter((form) => form.length >= 8);
}

/** Secrets of known value, to be looked for everywhere afterwards. */
export class Plants {
  readonly #forms = new Map<string, string[]>();

  /** Plants a secret; gives it back, to be used in the same line. */
  plant(name: string, value: string): string {
    if (value.length < 8) throw new Error(`${name} is too short to be found with certainty`);
    this.#forms.set(`${name} #${this.#forms.size}`, formsOf(value));
    return value;
  }

  get count(): number {
    return this.#forms.size;
  }

  /** The names of the secrets that stand in a text, with the place around. */
  findIn(where: string, text: string): string[] {
    return [...this.#forms].flatMap(([name, forms]) => {
      const at = forms.map((form) => text.indexOf(form)).find((index) => index >= 0);
      return at === undefined ? [] : [`${name} in ${where}: …${text.slice(Math.max(0, at - 150), at + 60)}…`];
    });
  }
}
