import type { SystemBackup } from '../../prisma/generated/client/client.ts';
import { itself } from '../access/access.ts';
import { writeEntry } from '../audit/entry.ts';
import type { Tx } from '../database/database.ts';
import { queueMail } from '../mail/index.ts';
import { reasonOf } from './backup-error.ts';
import type { Host } from './host.ts';

type Ended = 'system.backup_completed' | 'system.backup_failed';

function record(tx: Tx, backup: SystemBackup, action: Ended, after: { sizeBytes: number } | { reason: string }) {
  const { id, file, destination } = backup;
  return writeEntry(
    tx,
    { requestId: `backup_${id}`, ipAddress: null, userAgent: null },
    {
      orgId: null,
      action,
      resourceType: 'system_backup',
      resourceId: id,
      resourceName: file,
      actor: itself,
      after: { file, destination, ...after },
    },
  );
}

export function recordCompleted({ db }: Host, backup: SystemBackup, sizeBytes: number): Promise<SystemBackup> {
  return db.prisma.$transaction(async (tx) => {
    await record(tx, backup, 'system.backup_completed', { sizeBytes });
    const data = { status: 'completed' as const, sizeBytes, finishedAt: new Date() };
    return tx.systemBackup.update({ where: { id: backup.id }, data });
  });
}

/** Tells the administrators of the first of several failures in a row, and then of one in a day. */
async function isNews(tx: Tx, backup: SystemBackup): Promise<boolean> {
  const before = await tx.systemBackup.findFirst({
    where: { startedAt: { lt: backup.startedAt } },
    orderBy: { startedAt: 'desc' },
  });
  if (before?.status !== 'failed') return true;
  return before.startedAt.toISOString().slice(0, 10) !== backup.startedAt.toISOString().slice(0, 10);
}

export async function recordFailed({ db, secrets, log }: Host, backup: SystemBackup, error: unknown): Promise<void> {
  const reason = reasonOf(error);
  await db.prisma.$transaction(async (tx) => {
    const data = { status: 'failed' as const, error: reason, finishedAt: new Date() };
    const { count } = await tx.systemBackup.updateMany({ where: { id: backup.id, status: 'running' }, data });
    if (count === 0) return;
    await record(tx, backup, 'system.backup_failed', { reason });
    if (!(await isNews(tx, backup))) return;
    const last = await tx.systemBackup.findFirst({
      where: { status: 'completed', deletedAt: null },
      orderBy: { startedAt: 'desc' },
    });
    const administrators = await tx.user.findMany({ where: { isAdmin: true, deactivatedAt: null } });
    for (const { email } of administrators) await queueMail(tx, secrets, letter(email, backup, reason, last));
  });
  log.error({ file: backup.file, destination: backup.destination, reason }, 'The backup of the installation failed');
}

function letter(to: string, { destination }: SystemBackup, reason: string, last: SystemBackup | null) {
  return {
    to,
    subject: 'The backup of oCore failed',
    text: [
      `oCore could not back itself up to ${destination}:`,
      reason,
      last
        ? `The last good backup is ${last.file}, of ${last.startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.`
        : 'There is no good backup yet.',
      'Correct the cause, then run `npm run backup -- create` on the machine of oCore. A scheduled backup is tried again every 15 minutes; more failures of this day are in the list of backups only.\n',
    ].join('\n\n'),
  };
}
