/** Words that users type, and the words of the documentation for them. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  ssl: ['tls', 'https', 'certificate'],
  tls: ['https', 'certificate'],
  https: ['tls', 'certificate'],
  cert: ['certificate', 'tls'],
  certificate: ['tls', 'https'],
  invite: ['invitation'],
  invitation: ['invite'],
  login: ['signin'],
  logon: ['signin'],
  logout: ['signout'],
  register: ['signup'],
  registration: ['signup'],
  user: ['member', 'account'],
  users: ['members', 'accounts'],
  team: ['members', 'organization'],
  colleague: ['member', 'invite'],
  company: ['organization'],
  tenant: ['organization'],
  workspace: ['organization'],
  rights: ['permissions', 'roles'],
  rbac: ['roles', 'permissions'],
  acl: ['permissions'],
  mfa: ['totp', 'twofactor'],
  '2fa': ['totp', 'twofactor'],
  otp: ['totp'],
  authenticator: ['totp'],
  webauthn: ['passkey'],
  yubikey: ['passkey'],
  sso: ['google', 'github', 'provider'],
  oauth: ['google', 'github', 'provider'],
  pat: ['apikey'],
  mail: ['email', 'smtp'],
  host: ['server'],
  machine: ['server'],
  vm: ['server'],
  node: ['server'],
  container: ['instance', 'docker'],
  stage: ['environment'],
  staging: ['environment'],
  job: ['operation'],
  task: ['operation'],
  async: ['operation', 'asynchronous'],
  websocket: ['subscription'],
  ws: ['websocket', 'subscription'],
  sse: ['stream', 'events'],
  realtime: ['subscription', 'live'],
  paging: ['pagination', 'cursor'],
  throttle: ['limit', 'rate'],
  quota: ['limit', 'rate'],
  '429': ['rate_limit_exceeded'],
  etag: ['conditional', 'version'],
  retry: ['idempotency'],
  duplicate: ['idempotency'],
  dump: ['backup', 'pg_dump'],
  restore: ['backup'],
  snapshot: ['backup'],
  update: ['upgrade', 'change'],
  deploy: ['deployment', 'production', 'provision', 'systemd'],
  release: ['deployment'],
  revert: ['rollback'],
  undo: ['rollback'],
  selfhost: ['production'],
  install: ['production', 'start'],
  nginx: ['proxy', 'caddy'],
  proxy: ['caddy', 'nginx'],
  systemd: ['production'],
  remove: ['delete'],
  delete: ['remove'],
  create: ['register', 'provision'],
  repo: ['repository'],
  git: ['repository', 'branch'],
  addon: ['module'],
  addons: ['modules'],
  plugin: ['module'],
  env: ['environment', 'variables'],
  envvars: ['variables'],
  history: ['audit'],
  monitoring: ['metrics'],
  cpu: ['metrics'],
  swagger: ['openapi', 'playground'],
  postman: ['openapi'],
};

/** Says nothing about what is looked for. */
const empty = new Set(
  'a an and are at be by can do does for from get has have how i if in is it its my no not of on or our should someone somebody that the their them there this to use using was we what when where which who why will with without you your'.split(
    ' ',
  ),
);

/** Words that are written in several ways become one. */
const united = (text: string): string =>
  text
    .replace(/e-mail/gi, 'email')
    .replace(/\bsign(?:s|ed|ing)?[- ](in|up|out)\b/gi, 'sign$1')
    .replace(/\btwo[- ]factor\b/gi, 'twofactor')
    .replace(/\bAPI[- ]key/gi, 'apikey')
    .replace(/\bweb[- ]?socket/gi, 'websocket');

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}_]+/gu) ?? [];

/** The words by which an entry is found: those of `createServer` and `rate_limit_exceeded`, too. */
export function indexWords(text: string): string[] {
  return wordsOf(united(text)).flatMap((word) => {
    const parts = word.match(/\p{Lu}?[\p{Ll}\p{N}]+|\p{Lu}+(?!\p{Ll})/gu) ?? [];
    return parts.length > 1 ? [word, ...parts] : [word];
  });
}

/** One form of a word for both sides: small letters, and no plural. */
export function termOf(word: string): string {
  const small = word.toLowerCase();
  return /[^aisu]s$/.test(small) && small.length > 3 ? small.slice(0, -1) : small;
}

/** What is looked for: each word, and other words for the same. */
export function queryWords(query: string): { word: string; others: readonly string[] }[] {
  const all = wordsOf(united(query.replace(/\blog[- ](in|on|out)\b/gi, 'log$1'))).map((word) => word.toLowerCase());
  const telling = all.filter((word) => !empty.has(word));
  return (telling.length > 0 ? telling : all).map((word) => ({
    word,
    others: synonyms[word] ?? synonyms[termOf(word)] ?? [],
  }));
}
