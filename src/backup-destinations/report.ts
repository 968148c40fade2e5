import type { ObjectLock } from '../storage/index.ts';
import { TestFailure, type TestProblem, type TestStep } from './problems.ts';

export interface PassedStep {
  step: TestStep;
  durationMs: number;
}

/** What a test found. */
export interface TestReport {
  passed: readonly PassedStep[];
  failure: { step: TestStep; problem: TestProblem; message: string } | null;
  /** How far the destination's clock and oCore's are apart; null where it tells no time. */
  clockSkewSeconds: number | null;
  objectLock: ObjectLock | null;
  /** What is free there; null where it is not told. */
  freeBytes: number | null;
}

/** Problems of the way to a place, whichever step met them first. */
const ofTheWay: ReadonlySet<TestProblem> = new Set([
  'unreachable',
  'credentials_refused',
  'host_key_mismatch',
  'bucket_not_found',
  'wrong_region',
  'path_not_found',
  'server_unavailable',
]);

/** The steps of one test as they pass, and the first that does not. */
export class Report {
  readonly #passed: PassedStep[] = [];

  async step<T>(step: TestStep, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      const result = await work();
      this.pass(step, performance.now() - began);
      return result;
    } catch (error) {
      if (error instanceof TestFailure && error.step !== undefined) throw error;
      if (!(error instanceof TestFailure)) throw error;
      throw new TestFailure(error.problem, error.message, {
        step: ofTheWay.has(error.problem) ? 'connect' : error.problem === 'clock_skewed' ? 'clock' : step,
        cause: error.cause,
      });
    }
  }

  pass(step: TestStep, durationMs: number): void {
    this.#passed.push({ step, durationMs: Math.round(durationMs) });
  }

  passed(known: Partial<Pick<TestReport, 'clockSkewSeconds' | 'objectLock' | 'freeBytes'>> = {}): TestReport {
    return { passed: this.#passed, failure: null, clockSkewSeconds: null, objectLock: null, freeBytes: null, ...known };
  }

  failed({ step = 'connect', problem, message }: TestFailure): TestReport {
    return { ...this.passed(), failure: { step, problem, message } };
  }
}
