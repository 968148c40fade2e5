import type { App } from '../app.ts';
import { openStorage } from '../storage/index.ts';
import { placeOf } from './place.ts';
import type { TestFailure, TestProblem } from './problems.ts';
import { storagePlaceOf } from './storage-place.ts';
import { failureOf } from './storage-problem.ts';

/** What waiting does not mend. */
const refusals: ReadonlySet<TestProblem> = new Set([
  'credentials_refused',
  'host_key_mismatch',
  'bucket_not_found',
  'wrong_region',
  'access_denied',
]);

/** Why a destination refuses oCore now; undefined where it does not, or where nobody answers. */
export async function refusalOf(app: App, destinationId: string): Promise<TestFailure | undefined> {
  const row = await app.db.prisma.backupDestination.findUnique({ where: { id: destinationId } });
  const place = row ? await placeOf(app, row) : null;
  const storagePlace = place ? storagePlaceOf(app, place) : null;
  if (!place || !storagePlace) return undefined;
  const storage = openStorage(storagePlace.kind === 's3' ? { ...storagePlace, attempts: 2 } : storagePlace);
  try {
    await storage.list('ocore-test-');
    return undefined;
  } catch (error) {
    const failure = failureOf(place, error);
    return refusals.has(failure.problem) ? failure : undefined;
  } finally {
    await storage.close();
  }
}
