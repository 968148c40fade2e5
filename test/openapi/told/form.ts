import { isObject, type Json } from '../../../rest/openapi/json.ts';

/** What oCore makes up itself has a form; an example of another form would mislead whoever writes a pattern after it. */
const forms: readonly (readonly [string, RegExp])[] = [
  ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  ['time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['API key', /^ocore_k_[0-9A-Za-z]{36}$/],
  ['start of an API key', /^ocore_k_[0-9A-Za-z]{6}$/],
  ['one-time token', /^ocore_t_[\w-]{43}$/],
  ['refresh token', /^ocore_r_[\w-]{43}$/],
  ['invitation token', /^ocore_i_[\w-]{43}$/],
  ['code of an invite link', /^ocore_j_[\w-]{43}$/],
  ['recovery code', /^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/],
  ['authenticator secret', /^[A-Z2-7]{32}$/],
  ['challenge', /^b2NvcmVfdF[\w-]{58}$/],
  ['fingerprint', /^SHA256:[A-Za-z0-9+/]{43}$/],
  ['public key', /^ssh-ed25519 [A-Za-z0-9+/]{68}$/],
  // Names of 20 letters in one case are none.
  ['first password of Odoo', /^(?=.*[A-Z])(?=.*[a-z])[\w-]{20}$/],
  ['password of a repository', /^[\w-]{43}$/],
  ['id of a snapshot', /^[0-9a-f]{64}$/],
  ['code of an app', /^\d{6}$/],
  ['id of a request', /^req_[\w-]{16}$/],
  ['picture', /^<svg .*<\/svg>\s*$/s],
];

const objectIn = (part: string): string =>
  Object.keys(JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))).join(' ');

/** The form of a text; '' of one that is just words. */
export function formOf(text: string): string {
  const known = forms.find(([, pattern]) => pattern.test(text));
  if (known) return known[0];
  // Its parts are part of the contract: who verifies it reads them.
  if (/^eyJ[\w-]+\.[\w-]+\.[\w-]{86}$/.test(text))
    return `token of ${text.split('.').slice(0, 2).map(objectIn).join(' and ')}`;
  if (/^eyJ[\w-]+$/.test(text)) return `cursor of ${objectIn(text)}`;
  if (!/^(https?|otpauth):\/\//.test(text)) return '';
  const url = new URL(text);
  return `${url.protocol.replace('https', 'http')} ${url.pathname.split('/').length} ${[...url.searchParams].map(([name, value]) => `${name} ${formOf(value)}`).join(' ')}`;
}

export interface Rules {
  /** After a change with the documented body also the values agree: the state, the counts, the names. */
  strict: boolean;
  /** Values that the test sent in place of documented ones. */
  given: ReadonlySet<unknown>;
  /** Paths of what may differ in an answer. */
  free: ReadonlySet<string>;
}

/** Where an example and a real answer disagree; `same` is told of each pair of texts of one form. */
export function differences(
  example: Json,
  real: Json,
  rules: Rules,
  same: (example: string, real: string) => void,
  path = '',
): string[] {
  const found = [
    `${path || '(whole)'}: the example has ${JSON.stringify(example)}, the answer ${JSON.stringify(real)}`,
  ];
  if (rules.free.has(path)) return [];
  if (example === null || real === null) return example !== real && rules.strict ? found : [];
  if (Array.isArray(example) || Array.isArray(real)) {
    if (!Array.isArray(example) || !Array.isArray(real)) return found;
    const [first] = example;
    if (rules.strict)
      return example.length === real.length
        ? example.flatMap((part, index) => differences(part, real[index] ?? null, rules, same, `${path}[]`))
        : found;
    // An empty list proves nothing about the example's rows.
    if (first !== undefined && real.length === 0) return found;
    return first === undefined ? [] : real.flatMap((part) => differences(first, part, rules, same, `${path}[]`));
  }
  if (isObject(example) || isObject(real)) {
    if (!isObject(example) || !isObject(real)) return found;
    const [expected, keys] = [example, real].map((value) => Object.keys(value).sort().join(' '));
    if (expected !== keys) return found;
    return Object.entries(example).flatMap(([name, part]) =>
      differences(part, real[name] ?? null, rules, same, path ? `${path}.${name}` : name),
    );
  }
  if (typeof example !== typeof real) return found;
  if (typeof example === 'string' && typeof real === 'string') {
    const form = formOf(example);
    if (form !== formOf(real)) return found;
    if (form !== '') {
      same(example, real);
      return [];
    }
  }
  return rules.strict && example !== real && !rules.given.has(real) ? found : [];
}
