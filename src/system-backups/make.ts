import pg from 'pg';
import type { SystemBackup } from '../../prisma/generated/client/client.ts';
import { connecting } from '../database/connecting.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import { newId } from '../ids.ts';
import type { Storage } from '../storage/index.ts';
import { seal } from './archive.ts';
import { BackupError } from './backup-error.ts';
import { dump } from './dump.ts';
import { verifyBackup } from './format.ts';
import { fileName, type Host } from './host.ts';
import { keepNewest } from './retention.ts';
import { recordCompleted, recordFailed } from './record.ts';

export interface Making {
  databaseUrl: string;
  storage: Storage;
  passphrase: string;
  trigger: 'schedule' | 'command';
  signal?: AbortSignal;
  /** Asked once nobody else makes a backup; `false`: there is nothing to do. */
  isDue?(): Promise<boolean>;
}

/**
 * Makes a backup, reads it back, and deletes those that are too old. One is made at a time in the whole installation: the
 * lock ends with its connection, however that ends. Undefined: another is under way, or none is due.
 */
export async function makeBackup(host: Host, making: Making): Promise<SystemBackup | undefined> {
  const client = new pg.Client({ connectionString: making.databaseUrl, ...connecting });
  client.on('error', () => {});
  await client.connect();
  const stop = (): void => void client.end().catch(() => {});
  making.signal?.addEventListener('abort', stop, { once: true });
  try {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
      lockNumbers.systemBackup,
    ]);
    if (!rows[0]?.held) return undefined;
    await failInterrupted(host);
    if ((await making.isDue?.()) === false) return undefined;
    return await underLock(host, making, client);
  } finally {
    making.signal?.removeEventListener('abort', stop);
    await client.end().catch(() => {});
  }
}

/** Those of processes that are gone: nobody else makes one now. */
async function failInterrupted(host: Host): Promise<void> {
  for (const backup of await host.db.prisma.systemBackup.findMany({ where: { status: 'running' } }))
    await recordFailed(host, backup, new BackupError('The process that made it was interrupted'));
}

async function underLock(host: Host, making: Making, client: pg.Client): Promise<SystemBackup> {
  const { config, db, log } = host;
  const { storage, passphrase, signal } = making;
  const [id, startedAt] = [newId(), new Date()];
  const file = fileName(id, startedAt);
  const row = await db.prisma.systemBackup.create({
    data: { id, trigger: making.trigger, destination: storage.place, file, startedAt },
  });
  try {
    const keys = { current: config.SSH_ENCRYPTION_KEY, previous: [...config.SSH_ENCRYPTION_KEY_PREVIOUS] };
    const about = { format: 1 as const, id, createdAt: startedAt.toISOString(), appUrl: config.APP_URL, keys };
    const sizeBytes = await storage.write(file, await seal(dump(client, about), passphrase), signal);
    await verifyBackup(await storage.read(file, signal), passphrase);
    const completed = await recordCompleted(host, row, sizeBytes);
    log.info({ file, sizeBytes, destination: storage.place }, 'A backup of the installation was written and read back');
    await keepNewest(host, storage).catch((error: unknown) =>
      log.warn({ err: error }, 'Old backups of the installation could not be deleted'),
    );
    return completed;
  } catch (error) {
    // What was written, but is not whole or cannot be read, is no backup.
    await storage.delete(file).catch(() => {});
    // The program ends: that is no failure to tell of, and the next one finds a backup due.
    if (signal?.aborted) await db.prisma.systemBackup.delete({ where: { id } });
    else await recordFailed(host, row, error);
    throw error;
  }
}
