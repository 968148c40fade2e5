/** What a test does, in this order. */
export const testSteps = ['connect', 'write', 'read', 'list', 'delete', 'clock'] as const;
export type TestStep = (typeof testSteps)[number];

/** What can be wrong with a destination: a stable code, and what it means. */
export const problems = {
  unreachable: 'Nothing answered there as a service of this type.',
  timed_out: 'It did not answer in time.',
  credentials_refused: 'It refused the credentials.',
  host_key_mismatch: 'The SFTP server presented another host key than the pinned one.',
  bucket_not_found: 'There is no such bucket.',
  wrong_region: 'The bucket is in another region.',
  access_denied: 'The credentials do not allow this step.',
  path_not_found: 'The directory does not exist on the server.',
  no_space: 'There is no space left.',
  clock_skewed: 'Its clock and the clock of oCore are more than 15 minutes apart, which S3 refuses.',
  content_changed: 'What was written was not read back the same.',
  server_unavailable: 'The server of the directory cannot be used now.',
  failed: 'The step failed for another reason.',
} as const;
export type TestProblem = keyof typeof problems;

/** Why a step of a test failed, in words for whoever set the destination up. */
export class TestFailure extends Error {
  readonly problem: TestProblem;
  /** Where it is known better than by when it came. */
  readonly step: TestStep | undefined;

  constructor(problem: TestProblem, message: string, options: ErrorOptions & { step?: TestStep } = {}) {
    super(message, options);
    this.name = 'TestFailure';
    this.problem = problem;
    this.step = options.step;
  }
}
