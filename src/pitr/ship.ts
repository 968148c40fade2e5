import { setTimeout as sleep } from 'node:timers/promises';
import { getImage, sql } from '../instances/index.ts';
import { StepError } from '../operations/kind.ts';
import { type ResticContext, runRestic } from '../snapshots/index.ts';
import { archiveNames, receiver, walPath, walTag } from './names.ts';
import type { ArchiveSite } from './rows.ts';

const receivedMs = 30_000;
/** How often what is received is read anew when a segment got its final name meanwhile. */
const maxReads = 5;
const incomplete = 3;
/** restic's: something failed, and somebody else has the repository. */
const tolerated = [1, 11];

/** A moment of the database, by its server's clock, and the place in its changes before which all up to it is. */
export interface Moment {
  at: Date;
  lsn: string;
}

/**
 * Writes a mark into the changes of the database: recovery needs a commit after the moment that it is to stop at. Then
 * waits until all up to it has been received.
 */
export async function mark({ signal }: Pick<ResticContext, 'signal'>, { site }: ArchiveSite): Promise<Moment> {
  const ask = (statements: string) => sql(site.host, site.instance, 'postgres', statements, signal);
  const at = await ask('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint;');
  await ask("SELECT FROM pg_logical_emit_message(true, 'ocore', 'archived');");
  const lsn = (await ask('SELECT pg_current_wal_insert_lsn();')) || '0/0';
  const question = `SELECT coalesce(bool_or(flush_lsn >= '${lsn}'::pg_lsn), false) AS ocore_received FROM pg_stat_replication WHERE application_name = '${receiver}';`;
  const started = Date.now();
  while ((await ask(question)) !== 't') {
    if (Date.now() - started > receivedMs)
      throw new StepError(
        'archiving_behind',
        'The changes of the database are not received: its receiver is not connected, or too slow',
        'Read the status of point-in-time restores. If the receiver was removed on the server, enable them again.',
      );
    await sleep(100, undefined, { signal });
  }
  return { at: new Date(Number(at || Date.now())), lsn };
}

/** Brings all that was received since the base backup to the destination; gives the snapshot that has it. */
export async function shipWal(
  context: ResticContext,
  { site, archive, repository }: ArchiveSite,
  baseId: string,
): Promise<string> {
  const { host, instance } = site;
  await getImage(context, host, context.app.config.RESTIC_IMAGE, { pull: false, part: [0, 1] });
  for (let reads = 1; ; reads += 1) {
    const output = await runRestic(context, host, repository, {
      what: `wal-${reads}`,
      args: [
        'backup',
        '--json',
        '--host',
        instance.id,
        '--group-by',
        'host',
        '--tag',
        `ocore,${walTag(baseId)}`,
        walPath,
      ],
      mounts: [{ Type: 'volume', Source: archiveNames(archive).volume, Target: walPath, ReadOnly: true }],
      accepts: reads < maxReads ? [incomplete] : [],
    });
    const id = output.summary?.snapshot_id;
    if (output.code === 0 && id) return id;
    if (output.code === 0)
      throw new StepError('restic_failed', 'restic ended well, but named no snapshot', 'Test the destination.');
    // A segment that is complete gets its final name while it is read.
    if (id) await forgetQuietly(context, { site, archive, repository }, [id]);
  }
}

/** Forgets snapshots that a newer one contains. Their data goes with the next removal of what nobody needs. */
export async function forgetQuietly(
  context: ResticContext,
  { site, repository }: ArchiveSite,
  snapshotIds: readonly string[],
  { prune = false } = {},
): Promise<boolean> {
  if (snapshotIds.length === 0) return true;
  const { code } = await runRestic(context, site.host, repository, {
    what: prune ? 'forget-prune' : 'forget-wal',
    args: ['forget', '--json', ...(prune ? ['--prune'] : []), ...snapshotIds],
    accepts: tolerated,
  });
  return code === 0;
}
