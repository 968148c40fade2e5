const simple: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const highest = 0x10ffff;

/** The value of one escape, without its backslash; null for one that Python refuses or that takes its table of names. */
function unescaped(escaped: string, bytes: boolean): string | null {
  const known = simple[escaped];
  if (known !== undefined) return known;
  if (/^[0-7]/.test(escaped)) return String.fromCodePoint(Number.parseInt(escaped, 8) & (bytes ? 0xff : 0x1ff));
  // Python keeps the backslash of what is no escape.
  if (!/^[xuUN]/.test(escaped) || (bytes && escaped[0] !== 'x')) return `\\${escaped}`;
  const code = escaped.length > 1 ? Number.parseInt(escaped.slice(1), 16) : Number.NaN;
  return code <= highest ? String.fromCodePoint(code) : null;
}

/** The value of a string of Python with its quotes and prefix; null if it has none. Bytes are as Latin-1 has them. */
export function decodeString(source: string): string | null {
  const [, prefix = '', quoted = ''] = /^([a-z]*)(.*)$/is.exec(source) ?? [];
  const quotes = /^(?:"""|''')/.test(quoted) ? 3 : 1;
  const inner = quoted.slice(quotes, -quotes);
  if (/r/i.test(prefix)) return inner;
  const bytes = /b/i.test(prefix);
  let failed = false;
  const value = inner.replaceAll(
    /\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|[^])/g,
    (_, escaped: string) => {
      const one = unescaped(escaped, bytes);
      failed ||= one === null;
      return one ?? '';
    },
  );
  return failed ? null : value;
}
