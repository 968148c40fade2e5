import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { countRows, databaseName, dumpedTables, namesOf } from '../instances/index.ts';
import { StepError } from '../operations/kind.ts';
import { connectServer } from '../servers/index.ts';
import { manifestShape } from '../snapshots/index.ts';
import { getDeployment } from './rows.ts';
import { wayTo } from './rollback.ts';

const countMs = 30_000;
/** Those with the most rows to lose. */
const mostTables = 20;

export interface TableLoss {
  table: string;
  rowsThen: number;
  rowsNow: number;
}

export interface RollbackPreview {
  deploymentId: string;
  snapshotId: string | null;
  snapshotTakenAt: Date | null;
  secondsSinceSnapshot: number | null;
  /** Rows that are there now and not in the snapshot, by the counts of the tables. */
  rowsLost: number | null;
  tables: TableLoss[];
}

/** What a rollback to a deployment with its data would lose: everything that was written since its snapshot. */
export async function rollbackPreview(app: App, scope: OrgScope, deploymentId: string): Promise<RollbackPreview> {
  const { environmentId, projectId } = await getDeployment(scope, deploymentId);
  // The tables of a database are shown to who may see it.
  requireIn(scope, 'view:databases', projectId);
  const { instance, backup } = await wayTo(scope, environmentId, deploymentId);
  const manifest = backup && manifestShape.safeParse(backup.manifest).data;
  if (!backup || !manifest)
    return {
      deploymentId,
      snapshotId: null,
      snapshotTakenAt: null,
      secondsSinceSnapshot: null,
      rowsLost: null,
      tables: [],
    };
  const host = await connectServer(app, scope.orgId, instance.serverId);
  const now = await countRows(
    host,
    { container: namesOf(instance.id).database, database: databaseName(instance.slug), of: dumpedTables },
    AbortSignal.timeout(countMs),
    countMs,
  ).catch((error: unknown) => {
    if (!(error instanceof StepError)) throw error;
    throw new AppError('unprocessable', error.message, { reason: error.code });
  });
  const tables = Object.entries(now)
    .map(([table, rowsNow]) => ({ table, rowsThen: manifest.rows[table] ?? 0, rowsNow }))
    .filter(({ rowsThen, rowsNow }) => rowsNow > rowsThen)
    .sort((one, other) => other.rowsNow - other.rowsThen - (one.rowsNow - one.rowsThen));
  const takenAt = new Date(manifest.takenAt);
  return {
    deploymentId,
    snapshotId: backup.id,
    snapshotTakenAt: takenAt,
    secondsSinceSnapshot: Math.max(0, Math.round((Date.now() - takenAt.getTime()) / 1000)),
    rowsLost: tables.reduce((sum, { rowsThen, rowsNow }) => sum + rowsNow - rowsThen, 0),
    tables: tables.slice(0, mostTables),
  };
}
