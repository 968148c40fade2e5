import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found } from '../errors.ts';
import { placeOf } from './place.ts';
import type { TestReport } from './report.ts';
import { type DestinationRow, factAbout, foundIn, getDestination } from './rows.ts';
import { tryPlace } from './try.ts';

/** Tests a destination now, and keeps what was found with it. */
export async function testDestination(
  app: App,
  scope: OrgScope,
  id: string,
): Promise<{ destination: DestinationRow; report: TestReport }> {
  const row = await getDestination(scope, id);
  const report = await tryPlace(app, scope.orgId, await placeOf(app, row), { proven: true });
  return mutate(app, scope, async ({ tx, record }) => {
    const before = found(
      await tx.backupDestination.findUnique({ where: { id, orgId: scope.orgId } }),
      'backup_destination',
      id,
    );
    const destination = await tx.backupDestination.update({
      where: { id, orgId: scope.orgId },
      // The test is no change of what it is about.
      data: { ...foundIn(report), updatedAt: before.updatedAt },
    });
    await record({
      action: 'backup_destination.tested',
      ...factAbout(destination),
      after: {
        success: report.failure === null,
        step: report.failure?.step ?? null,
        problem: report.failure?.problem ?? null,
      },
    });
    return { destination, report };
  });
}
