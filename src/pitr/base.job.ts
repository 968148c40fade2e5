import { z } from 'zod';
import { removeTools, requireCopySpace, runTool, type Site } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { unless } from '../remote/index.ts';
import { endRestic, prepareSnapshot, runRestic } from '../snapshots/index.ts';
import { baseBackupKind } from './kinds.ts';
import { archiveNames, basePath, baseTag, copyVolume, walLabels, walPath } from './names.ts';
import { connectionTo } from './receiver.ts';
import { removeOld } from './retention.ts';
import { type ArchiveSite, archiveSiteOf, changeArchive, openPassword } from './rows.ts';
import { archiveNow, openBase, removeEarlier } from './ship.job.ts';
import { mark, shipWal } from './ship.ts';

type Context = StepContext<unknown>;

const passwordPath = '/etc/ocore-pgpass';
/** Recovery reads all changes since the base backup: it is not long ago. */
const baseEveryMs = 24 * 3600_000;
const againMs = 10 * 60_000;

const stateShape = z.object({
  startFile: z.string().optional(),
  consistentAt: z.string().optional(),
  consistentLsn: z.string().optional(),
  snapshotId: z.string().optional(),
  bytes: z.number().optional(),
});

const placeOf = (context: Context): Promise<ArchiveSite> => archiveSiteOf(context, context.operation.resourceId);

async function removeCopy(context: Context, { host, instance }: Site): Promise<void> {
  await unless(404, host.docker.removeVolume(copyVolume(instance, context.operation.id)));
}

/** The name of the first segment that a copy needs, as PostgreSQL wrote it into the copy. */
async function startFileOf(context: Context, site: Site): Promise<string> {
  const lines: string[] = [];
  const code = await runTool(
    context,
    site,
    {
      name: 'base-label',
      image: site.instance.postgresImage,
      program: ['sh', '-ec', `cat ${basePath}/backup_label`],
      mounts: [{ volume: copyVolume(site.instance, context.operation.id), target: basePath, readOnly: true }],
      network: false,
    },
    ({ line }) => lines.push(line),
  );
  const file = /\(file ([0-9A-F]{24})\)/.exec(lines.join('\n'))?.[1];
  if (code !== 0 || file === undefined)
    throw new StepError('base_backup_failed', 'The copy does not say where its changes begin', 'It is tried again.');
  return file;
}

async function copy(context: Context): Promise<string> {
  const place = await placeOf(context);
  const { site, archive, repository } = place;
  const { host, instance } = site;
  await prepareSnapshot(context, site, repository);
  await requireCopySpace(context, site);
  const volume = copyVolume(instance, context.operation.id);
  await removeTools(context, site);
  await removeCopy(context, site);
  await host.docker.createVolume({
    Name: volume,
    Labels: { ...walLabels(instance, context.operation.id), 'sh.ocore.part': 'scratch' },
  });
  const said: string[] = [];
  const code = await runTool(
    context,
    site,
    {
      name: 'base',
      image: instance.postgresImage,
      // An attempt that was interrupted has left a part of a copy.
      program: [
        'sh',
        '-ec',
        `find ${basePath} -mindepth 1 -delete; exec pg_basebackup -d "$0" -D ${basePath} -X stream -c fast -P -v -w`,
        connectionTo(instance.id),
      ],
      mounts: [{ volume, target: basePath }],
      env: [`PGPASSFILE=${passwordPath}`],
      secretFile: { path: passwordPath, content: `*:*:*:*:${await openPassword(context.app, archive)}\n` },
      network: true,
    },
    ({ line }) => {
      const done = /\((\d+)%\)/.exec(line)?.[1];
      if (done) return context.progress(Number(done), line.trim());
      said.push(line);
      if (said.length > 5) said.shift();
    },
  );
  if (code !== 0)
    throw new StepError(
      'base_backup_failed',
      `pg_basebackup ended with exit code ${code}: ${said.join(' ')}`,
      'Check the disk of the server and the PostgreSQL log of the instance. It is tried again.',
    );
  const startFile = await startFileOf(context, site);
  const { at, lsn } = await mark(context, place);
  await context.saveState({ startFile, consistentAt: at.toISOString(), consistentLsn: lsn });
  return `The copy begins with ${startFile}`;
}

async function upload(context: Context): Promise<string> {
  const { site, repository } = await placeOf(context);
  const { host, instance } = site;
  const output = await runRestic(context, host, repository, {
    what: 'base',
    args: [
      'backup',
      '--json',
      '--host',
      instance.id,
      '--group-by',
      'host',
      '--tag',
      `ocore,${baseTag(context.operation.id)}`,
      basePath,
    ],
    mounts: [{ Type: 'volume', Source: copyVolume(instance, context.operation.id), Target: basePath, ReadOnly: true }],
    onJson: ({ percent_done }) => context.progress(percent_done * 60),
  });
  const snapshotId = output.summary?.snapshot_id;
  if (!snapshotId)
    throw new StepError('restic_failed', 'restic ended well, but named no snapshot', 'Test the destination.');
  await runRestic(context, host, repository, {
    what: 'base-check',
    args: ['check', '--read-data', '--no-lock', '--json', snapshotId],
  });
  await context.saveState({ snapshotId, bytes: output.summary?.total_bytes_processed ?? 0 });
  await removeCopy(context, site);
  return 'The copy was read back';
}

/** Segments that the base backup does not need are in the archive of the one before it. */
async function removeSegments(context: Context, { site, archive }: ArchiveSite, startFile: string): Promise<void> {
  await runTool(
    context,
    site,
    {
      name: 'wal-clean',
      image: site.instance.postgresImage,
      program: ['pg_archivecleanup', walPath, startFile],
      mounts: [{ volume: archiveNames(archive).volume, target: walPath }],
      network: false,
    },
    ({ line }) => context.log('debug', line),
  );
}

async function record(context: Context): Promise<string> {
  const place = await placeOf(context);
  const { archive, site } = place;
  const state = stateShape.parse(context.state);
  const { startFile = '', snapshotId = '', bytes = 0 } = state;
  const id = context.operation.id;
  const known = await context.app.db.prisma.baseBackup.findFirst({ where: { id, orgId: archive.orgId } });
  if (!known) {
    const former = await openBase(context, place);
    if (former) await archiveNow(context, place, former);
    const { at, lsn } = await mark(context, place);
    const walSnapshotId = await shipWal(context, place, id);
    const consistentAt = new Date(state.consistentAt ?? at);
    await context.write(async (tx) => {
      await tx.baseBackup.create({
        data: {
          id,
          orgId: archive.orgId,
          archiveId: archive.id,
          snapshotId,
          walSnapshotId,
          postgresImage: site.instance.postgresImage,
          startFile,
          madeBy: archive.madeBy,
          consistentAt,
          newestAt: at,
          bytes: BigInt(bytes),
        },
      });
      await changeArchive(tx, archive, {
        newestAt: at,
        newestLsn: lsn,
        baseAt: new Date(Date.now() + baseEveryMs),
        status: 'active',
        statusMessage: null,
      });
    });
  }
  await removeSegments(context, place, startFile);
  const removed = await removeOld(context, place);
  return removed === 0 ? 'Recorded' : `Recorded; ${removed} old base backups were removed`;
}

export const baseBackupJob = implementOperation({
  kind: baseBackupKind,
  steps: { copy, upload, record },
  cleanup: async (context) => {
    const { site } = await placeOf(context);
    for (const what of ['base', 'base-check'])
      await endRestic(context, site.host, { instanceId: site.instance.id }, what);
    await removeTools(context, site);
    await removeCopy(context, site);
  },
  settle: async (tx, { operation }, outcome, error) => {
    await removeEarlier(tx, operation);
    const where = { id: operation.resourceId, orgId: operation.orgId };
    const archive = await tx.walArchive.findFirst({ where });
    if (!archive) return;
    if (outcome === 'succeeded') return;
    // Not at once again: what failed now may fail for a while. Changes are archived meanwhile.
    await changeArchive(tx, archive, { baseAt: new Date(Date.now() + againMs), statusMessage: error?.message ?? null });
  },
});
