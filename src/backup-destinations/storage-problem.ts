import { hostAndPort } from '../networks.ts';
import { StorageError } from '../storage/index.ts';
import type { DestinationPlace } from './place.ts';
import { TestFailure, type TestProblem } from './problems.ts';

/** What services of S3 say, by the name of their error. */
const s3Problems: Readonly<Record<string, TestProblem>> = {
  InvalidAccessKeyId: 'credentials_refused',
  SignatureDoesNotMatch: 'credentials_refused',
  InvalidToken: 'credentials_refused',
  ExpiredToken: 'credentials_refused',
  AccessDenied: 'access_denied',
  AllAccessDisabled: 'access_denied',
  NoSuchBucket: 'bucket_not_found',
  InvalidBucketName: 'bucket_not_found',
  PermanentRedirect: 'wrong_region',
  AuthorizationHeaderMalformed: 'wrong_region',
  IllegalLocationConstraintException: 'wrong_region',
  RequestTimeTooSkewed: 'clock_skewed',
  QuotaExceeded: 'no_space',
  InsufficientCapacity: 'no_space',
  XMinioStorageFull: 'no_space',
  XMinioAdminBucketQuotaExceeded: 'no_space',
  InternalError: 'failed',
  ServiceUnavailable: 'failed',
  SlowDown: 'failed',
  NotImplemented: 'failed',
};

/** What an SFTP server says, by the number of its error; 4 is any failure, which with OpenSSH is mostly a full disk. */
const sftpProblems: Readonly<Record<number, TestProblem>> = { 2: 'path_not_found', 3: 'access_denied', 4: 'failed' };

export const whereOf = (place: DestinationPlace): string => {
  if (place.type === 'local') return place.path;
  if (place.type === 'sftp') return `${place.user}@${place.host}:${place.port}`;
  return `${place.endpoint ?? `https://s3.${place.region}.amazonaws.com`}, bucket ${place.bucket}`;
};

const hints: Partial<Record<TestProblem, string>> = {
  credentials_refused: 'check the credentials',
  bucket_not_found: 'check its name, and create it if it is new',
  wrong_region: 'check the region of the bucket',
  no_space: 'free space there, or choose another destination',
};

export const unreachableSftp = (host: string, port: number): string =>
  `No SFTP server answered at ${hostAndPort(host, port)}; check the host, the port and the firewall`;

/** Texts of services are input: one line, and bounded. */
const told = (error: Error): string => error.message.replaceAll(/[\p{Cc}\s]+/gu, ' ').slice(0, 300);

/**
 * Why oCore could not use a storage. Whoever names a place learns of it only what a service of the right kind says: refused
 * connections, filtered ports and other services are one answer.
 */
export function failureOf(place: DestinationPlace, error: unknown): TestFailure {
  if (error instanceof TestFailure) return error;
  const where = whereOf(place);
  const failure = (problem: TestProblem, message: string): TestFailure => {
    const hint = hints[problem];
    return new TestFailure(problem, hint === undefined ? message : `${message}; ${hint}`, { cause: error });
  };
  const cause = error instanceof StorageError && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return failure('failed', `${where}: the step failed`);
  if (place.type === 'sftp') {
    if (error instanceof StorageError && error.reason === 'host_key') return failure('host_key_mismatch', told(error));
    if (error instanceof StorageError && error.reason === 'credentials')
      return failure('credentials_refused', `${where}: the server refused the user or the key`);
    const code: unknown = Reflect.get(cause, 'code');
    const problem = typeof code === 'number' ? sftpProblems[code] : undefined;
    if (problem !== undefined) return failure(problem, `${where}, directory ${place.path}: ${told(cause)}`);
    if (error instanceof StorageError && error.reason === undefined) return failure('failed', told(error));
    return failure(
      'unreachable',
      `No SFTP server answered at ${place.host}:${place.port}; check the host and the port`,
    );
  }
  const problem = s3Problems[cause.name];
  if (problem !== undefined)
    // The library's word for an answer without a text.
    return failure(problem, [where, cause.name, told(cause)].filter((part) => part !== 'UnknownError').join(': '));
  return failure(
    'unreachable',
    `No S3 service answered at ${where}; check the endpoint, its port, and that its certificate is of a public authority`,
  );
}
