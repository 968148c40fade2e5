import { type LoggerOptions, type Logger, pino } from 'pino';
import type { Config } from './config.ts';
import { AppError } from './errors.ts';

const secretNames = [
  'password',
  'newPassword',
  'currentPassword',
  'privateKey',
  'sshPrivateKey',
  'sshPassword',
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
];

/** What is a secret by its shape alone, wherever it stands: our tokens and keys, JWTs, private keys, sealed records, passwords in addresses. */
const shapes: readonly [RegExp, string][] = [
  [/\bocore_[a-z]_[A-Za-z0-9_-]{8,}/g, 'ocore_[secret]'],
  [/\bey[A-Za-z0-9_-]{10,}\.ey[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+/g, '[jwt]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----/gs, '[private key]'],
  [/\b[vw][12]\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{30,}/g, '[sealed]'],
  [/\$argon2id\$[^\s"']+/g, '[password hash]'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*):[^\s@/"']+@/gi, '$1:[password]@'],
];

export function scrub(text: string): string {
  return shapes.reduce((result, [shape, instead]) => result.replace(shape, instead), text);
}

const field = (error: Error, name: string): string | undefined => {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
};

/**
 * Errors of libraries quote what they were given: Prisma the arguments of the call, PostgreSQL the value or the whole row.
 * Of the message stays what happened, of the rest only names that cannot hold a value.
 */
function messageOf(error: Error): string {
  if (error instanceof AppError) return error.message;
  const lines = error.message
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const prisma = error.name.startsWith('PrismaClient');
  const text = prisma ? (lines.at(-1) ?? '') : error.message;
  // After a colon PostgreSQL quotes the value that it did not like.
  return scrub(text.replace(/: "[^]*"/, ': (value omitted)').slice(0, 1000));
}

const framesOf = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 20)
    .join('\n');

/** An error as it may stand in a log: nothing of what was processed when it happened. */
export function safeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: typeof error === 'string' ? scrub(error) : 'not an error' };
  const names = [
    'code',
    'severity',
    'schema',
    'table',
    'column',
    'constraint',
    'routine',
    'syscall',
    'level',
    'reason',
  ];
  return {
    type: error.name,
    message: messageOf(error),
    ...Object.fromEntries(
      names.flatMap((name) => {
        const value = field(error, name);
        return value === undefined ? [] : [[name, scrub(value)]];
      }),
    ),
    stack: framesOf(error),
    ...(error.cause !== undefined && depth < 4 ? { cause: safeError(error.cause, depth + 1) } : {}),
  };
}

/** The program's log: JSON lines without secrets, whatever it is given. */
export function makeLog(config: Config, write: (line: string) => void): Logger {
  const options: LoggerOptions = {
    level: config.LOG_LEVEL,
    base: { role: config.OCORE_ROLE },
    serializers: { err: (error: unknown) => safeError(error), error: (error: unknown) => safeError(error) },
    redact: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  };
  return pino(options, { write: (line: string) => write(scrub(line)) });
}
