import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { repositoryPlaceOf } from './wanted.ts';
import type { DestinationPlace } from './place.ts';
import type { DestinationRow } from './rows.ts';

/** What stands there, or is on its way there. */
const kept = (id: string) => ({
  destinationId: id,
  status: { in: ['pending' as const, 'running' as const, 'completed' as const] },
});

async function backupsAt(tx: Tx, { id }: DestinationRow): Promise<{ count: number; instances: string[] }> {
  const count = await tx.backup.count({ where: kept(id) });
  const named = await tx.backup.findMany({
    where: kept(id),
    distinct: ['instanceName'],
    select: { instanceName: true },
    orderBy: { instanceName: 'asc' },
    take: 20,
  });
  return { count, instances: named.map(({ instanceName }) => instanceName) };
}

/** Backups are found where they were made: a destination that has some cannot become another place. */
export async function refuseMove(
  tx: Tx,
  row: DestinationRow,
  before: DestinationPlace,
  after: DestinationPlace,
): Promise<void> {
  if (repositoryPlaceOf(before) === repositoryPlaceOf(after)) return;
  const { count, instances } = await backupsAt(tx, row);
  if (count === 0) return;
  throw new AppError(
    'conflict',
    `${count} backups of ${instances.join(', ')} are kept there, which would not be found in another place; create another destination`,
    { field: 'config', constraint: 'in_use', backups: count, instances },
  );
}

/** A destination goes only once nothing uses it. */
export async function refuseIfUsed(tx: Tx, row: DestinationRow): Promise<void> {
  const schedules = await tx.backupSchedule.findMany({
    where: { OR: [{ destinationId: row.id }, { copyDestinationId: row.id }] },
    select: { name: true },
    orderBy: { name: 'asc' },
    take: 20,
  });
  const names = schedules.map(({ name }) => name);
  if (names.length > 0)
    throw new AppError(
      'conflict',
      `The backup destination ${row.name} is used by the schedules ${names.join(', ')}; change or delete these first`,
      { constraint: 'in_use', schedules: names },
    );
  const { count, instances } = await backupsAt(tx, row);
  if (count > 0)
    throw new AppError(
      'conflict',
      `The backup destination ${row.name} has ${count} backups of ${instances.join(', ')}; delete these first`,
      { constraint: 'in_use', backups: count, instances },
    );
}
