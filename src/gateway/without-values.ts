/** The places where the library's messages quote what a client sent: names stay, values go, for one may be a password. */
const quotes: readonly [RegExp, string][] = [
  [/got invalid value [^]* at "([\w.[\]]+)"; /, 'got an invalid value at "$1"; '],
  [/got invalid value [^]*?; /, 'got an invalid value; '],
  [/(cannot represent (?:an? )?(?:non|in)[\w -]*?(?: value| type| timestamp|-string))\b[^]*$/, '$1.'],
  [/(cannot represent value): [^]*$/, '$1.'],
  [/^Value "[^]*" does not exist in/, 'The value does not exist in'],
  [/(Expected value of type "[^"]*"), found[^]*$/, '$1.'],
  [/\b(found|Unexpected) (String|BlockString|Int|Float) "[^]*"/, '$1 $2'],
  [/, found: [^]*$/, '.'],
];

export function withoutValues(message: string): string {
  return quotes.reduce((text, [quote, instead]) => text.replace(quote, instead), message);
}
