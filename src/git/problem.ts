import { AppError, type ErrorCode } from '../errors.ts';

const longest = 500;

/** What Git, curl and ssh say, by what it means. The first that fits decides. */
const meanings: readonly (readonly [RegExp, ErrorCode])[] = [
  [
    /host key verification failed|identification has changed|no .*host key is known|no matching host key/i,
    'git_host_key_changed',
  ],
  [/not our ref|couldn't find remote ref|unadvertised object|bad object|not a valid object name/i, 'git_ref_not_found'],
  [/out of memory|cannot allocate memory|malloc failed|mmap failed/i, 'git_too_large'],
  [/transport '[^']*' not allowed|redirect|returned error: 3\d\d|fsck error|: fatal: badTree/i, 'git_refused'],
  [
    /permission denied|authentication failed|could not read (?:username|password)|terminal prompts disabled|(?:repository|project|'[^']*').{0,80}not found|could not be found|does not (?:exist|appear to be a git repository)|access (?:denied|rights)|don't have permission|not authorized|unauthorized|forbidden|returned error: (?:401|403|404|410)|invalid (?:username|credentials)/i,
    'git_access_denied',
  ],
];

/** What says nothing where something else was said. */
const empty =
  /^(?:please make sure you have the correct access rights|and the repository exists|could not read from remote repository|the remote end hung up unexpectedly|fetch-pack: |@+|warning: redirecting)/i;

/** How far it came. */
const noise = /^(?:hint|warning):|\d+% \(|: \d+, done\.$|^Total \d+ \(delta/;

/** As one line of text that holds no secret. */
export function cleaned(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((left, secret) => left.replaceAll(secret, '…'), text.replaceAll('\r', '\n'));
  return hidden.replaceAll(/[^\P{C}\n]+/gu, ' ').trim();
}

function tellingLines(stderr: string, secrets: readonly string[]): string[] {
  const lines = cleaned(stderr, secrets)
    .split('\n')
    .map((line) => line.replace(/^(?:(?:fatal|error|remote|ERROR): *)+/, '').trim())
    .filter((line) => line !== '' && !noise.test(line));
  const telling = lines.filter((line) => !empty.test(line));
  return [...new Set(telling.length > 0 ? telling : lines)].slice(-6);
}

/** The error that a failed run is told as: the words of Git, and what they mean. */
export function problemOf(
  { code, stderr }: { code: number | null; stderr: string },
  about: { host?: string; secrets?: readonly string[] } = {},
): AppError {
  const details = about.host === undefined ? {} : { host: about.host };
  if (code === 127) return new AppError('git_unreachable', 'The program git or ssh is not installed where oCore runs');
  const text = tellingLines(stderr, about.secrets ?? []).join('; ');
  const [, meaning] = meanings.find(([pattern]) => pattern.test(text)) ?? [undefined, 'git_unreachable' as const];
  return new AppError(meaning, text.slice(0, longest).toWellFormed() || 'Git ended without a word', details);
}

/** Tells of what an error is about: of several repositories, which one. */
export function within(name: string, error: unknown): unknown {
  return error instanceof AppError ? new AppError(error.code, `${name}: ${error.message}`, error.details) : error;
}
