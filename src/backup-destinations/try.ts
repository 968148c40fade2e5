import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import { openStorage } from '../storage/index.ts';
import type { DestinationPlace } from './place.ts';
import { TestFailure } from './problems.ts';
import { Report, type TestReport } from './report.ts';
import { storagePlaceOf } from './storage-place.ts';
import { failureOf } from './storage-problem.ts';
import { unanswered } from './unanswered.ts';
import { tryDirectory } from './try-directory.ts';
import { tryStorage } from './try-storage.ts';

/** The longest that a test takes: the image of restic may have to be pulled for a directory. */
const longestMs = { remote: 45_000, local: 180_000 };

/** Tests a place for real, and says what it found. `proven`: a test has passed there before. Throws only for faults of oCore. */
export async function tryPlace(
  app: App,
  orgId: string,
  place: DestinationPlace,
  { proven }: { proven: boolean },
): Promise<TestReport> {
  const report = new Report();
  const began = performance.now();
  try {
    const storagePlace = storagePlaceOf(app, place);
    if (place.type === 'local' || storagePlace === null) {
      if (place.type !== 'local') throw new Error('A destination without a storage is a directory');
      return await tryDirectory(app, orgId, place, report, AbortSignal.timeout(longestMs.local));
    }
    const storage = openStorage(storagePlace.kind === 's3' ? { ...storagePlace, attempts: 2 } : storagePlace);
    const late = new AbortController();
    try {
      return await Promise.race([
        tryStorage(place, storage, report),
        sleep(longestMs.remote, undefined, { signal: late.signal, ref: false }).then((): never => {
          throw new TestFailure('timed_out', `The test took longer than ${longestMs.remote / 1000} s`);
        }),
      ]);
    } finally {
      late.abort();
      await storage.close();
    }
  } catch (error) {
    const failure = place.type === 'local' ? error : failureOf(place, error);
    if (!(failure instanceof TestFailure)) throw error;
    if (failure.problem === 'unreachable' && !proven) await unanswered(began);
    return report.failed(failure);
  }
}
