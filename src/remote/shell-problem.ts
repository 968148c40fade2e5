import { RemoteError } from './errors.ts';

interface Cause {
  pattern: RegExp;
  message: (found: readonly string[]) => string;
  hint: (found: readonly string[]) => string;
  /** Whether the server goes on for a while after it has said so, and nothing else says the same. */
  early?: true;
}

/** What servers say in place of running a command, and what it means. */
const causes: readonly Cause[] = [
  {
    // cloud-init, in root's authorized_keys. It waits for ten seconds afterwards.
    early: true,
    pattern: /Please log ?in as the user "([\w.-]{1,64})" rather than the user "([\w.-]{1,64})"/i,
    message: ([user, refused]) => `The server does not let ${refused} run commands; its user is ${user}`,
    hint: ([user]) => `Set sshUser to ${user}. It needs sudo without a password, or the group docker.`,
  },
  {
    pattern: /This service allows sftp connections only/i,
    message: () => 'The server allows the SSH user to transfer files only (internal-sftp)',
    hint: () => 'Use another SSH user, or remove ForceCommand internal-sftp for this user from sshd_config.',
  },
  {
    pattern: /account is (?:currently )?not available|nologin/i,
    message: () => 'The SSH user has no login shell (nologin)',
    hint: () => 'Give the user a shell on the server (usermod -s /bin/sh USER), or use another SSH user.',
  },
  {
    pattern: /password has expired|password change required|required to change your password/i,
    message: () => 'The password of the SSH user has expired on the server',
    hint: () => 'Sign in as this user, change the password, and update the server here if it signs in by password.',
  },
];

/** What a server printed, for a sentence: on one line, without control characters, and short. */
export function inOneLine(text: string, longest = 300): string {
  const line = text
    .replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .replaceAll(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest).toWellFormed()}…` : line;
}

/** The cause, where the server names it; `early` before the shell has ended. */
export function knownShellProblem(printed: string, when: 'early' | 'ended'): RemoteError | undefined {
  for (const { pattern, message, hint } of causes.filter(({ early }) => early || when === 'ended')) {
    const found = pattern.exec(printed)?.slice(1);
    if (found) return new RemoteError('shell_unusable', message(found), { hint: hint(found) });
  }
  return undefined;
}

/** Why a shell did not begin a command: what the server says, or what it printed and how it ended. */
export function shellProblem(printed: string, code: number | 'late'): RemoteError {
  const known = knownShellProblem(printed.slice(0, 4096), 'ended');
  if (known) return known;
  const line = inOneLine(printed.slice(0, 4096));
  const said = line === '' ? 'printed nothing' : `printed: “${line}”`;
  if (code !== 'late')
    return new RemoteError(
      'shell_unusable',
      `The shell of the SSH user ended with exit code ${code} before the command of oCore, and ${said}`,
    );
  const message = `The shell of the SSH user did not begin the command of oCore in time, and ${said}`;
  return line === ''
    ? new RemoteError('remote_timeout', message)
    : new RemoteError('shell_unusable', message, { retryable: true });
}

const sudoReasons: readonly [RegExp, string][] = [
  [/must have a tty/i, 'sudo requires a terminal (requiretty)'],
  [/password is required|terminal is required|askpass/i, 'sudo asks for a password'],
  [/not in the sudoers|may not run sudo|not allowed to (?:execute|run)/i, 'sudo is not allowed for the SSH user'],
  [/sudo: (?:command )?not found|not found.*sudo|sudo.*not found/i, 'sudo is not installed'],
];

/** Why sudo does not work, of what it printed. */
export function sudoProblem(printed: string): string {
  const line = inOneLine(printed);
  const known = sudoReasons.find(([pattern]) => pattern.test(line))?.[1];
  return known ?? (line === '' ? 'sudo does not work' : `sudo printed: “${line}”`);
}
