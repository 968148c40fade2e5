import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { recordFact } from '../audit/mutation.ts';
import { found } from '../errors.ts';
import {
  allTables,
  countRows,
  databaseName,
  ensureScratch,
  findContainer,
  getImage,
  instanceResource,
  removeContainer,
  removeTools,
  runTool,
  scratchOf,
  sqlIn,
  stopContainer,
  waitForOdoo,
} from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { containerLogs } from '../remote/index.ts';
import { checkIncoming, keepReplaced, loadDump, putBack, replaceData } from '../restores/index.ts';
import { endRestic, restoreFiles } from '../snapshots/index.ts';
import { addNearestFiles } from './filestore.ts';
import { restorePointKind } from './kinds.ts';
import { basePath, walPath } from './names.ts';
import { ensureRecovery, recoveryName, recoveryPaths } from './recovery.ts';
import { archiveResource } from './resource.ts';
import { type ArchiveSite, archiveSiteOf } from './rows.ts';
import { archiveNow, openBase } from './ship.job.ts';

type Input = z.infer<typeof restorePointKind.input>;
type Context = StepContext<Input>;

const recoveryMs = 6 * 3600_000;
/** What its runs of restic are called. */
const restores = { base: 'restore-base', wal: 'restore-wal', files: 'restore-files' } as const;
const parts = { database: true, filestore: false };

/** What the base backup was made with: nothing else reads its files. */
const imageOf = ({ state }: Context): string => z.object({ image: z.string() }).parse(state).image;

const placeOf = (context: Context): Promise<ArchiveSite> => archiveSiteOf(context, context.input.archiveId);

async function fetchData(context: Context): Promise<string> {
  const place = await placeOf(context);
  const { site, archive, repository } = place;
  // The present, too: this restore can be undone by another one.
  const open = await openBase(context, place);
  if (open) await archiveNow(context, place, open);
  const where = { id: context.input.baseId, archiveId: archive.id, orgId: archive.orgId };
  const base = found(await context.app.db.prisma.baseBackup.findFirst({ where }), 'base_backup', context.input.baseId);
  await getImage(context, site.host, base.postgresImage, { pull: false, part: [0, 1] });
  await context.saveState({ image: base.postgresImage });
  await removeTools(context, site);
  const volume = await ensureScratch(context, site);
  const get = (snapshotId: string, path: string, folder: string, what: string, from: number) =>
    restoreFiles(context, site.host, repository, snapshotId, {
      path,
      volume,
      folder,
      what,
      onProgress: ({ percent_done }) => context.progress(from + percent_done * 50),
    });
  await get(base.snapshotId, basePath, recoveryPaths.dataFolder, restores.base, 0);
  await get(base.walSnapshotId, walPath, recoveryPaths.walFolder, restores.wal, 50);
  return `The base backup of ${base.consistentAt.toISOString()}, and the changes up to ${base.newestAt.toISOString()}`;
}

/** Waits until PostgreSQL has applied all up to the point in time and is a server of its own. */
async function recover(context: Context): Promise<string> {
  const { site } = await placeOf(context);
  const { host, instance } = site;
  const name = await ensureRecovery(context, site, imageOf(context), context.input.time);
  const started = Date.now();
  for (;;) {
    const answer = await sqlIn(host, name, 'postgres', 'SELECT pg_is_in_recovery();', context.signal).catch(
      () => 'no answer',
    );
    if (answer === 'f') return `Recovered in ${((Date.now() - started) / 1000).toFixed(1)} s`;
    const info = await findContainer(host, name);
    if (info && !info.State.Running && info.State.Status !== 'created') {
      const lines: string[] = [];
      for await (const { line } of containerLogs(host.docker, name, { follow: false, tail: 20 })) lines.push(line);
      for (const line of lines) context.log('info', line);
      const why = lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? `exit code ${info.State.ExitCode}`;
      throw new StepError(
        'point_not_reached',
        `PostgreSQL ended before the point in time: ${why}`,
        'Choose another point in time, or restore a backup.',
      );
    }
    if (Date.now() - started > recoveryMs)
      throw new StepError('point_not_reached', `PostgreSQL of ${instance.name} was not recovered within six hours`);
    await sleep(500, undefined, { signal: context.signal });
  }
}

/** Dumps the recovered database and loads it beside the one that serves, with as many rows in each table. */
async function load(context: Context): Promise<string> {
  const { site } = await placeOf(context);
  const { host, instance, sizing } = site;
  const volume = scratchOf(instance, context.operation.id);
  const database = databaseName(instance.slug);
  const container = recoveryName(instance);
  const rows = await countRows(host, { container, database, of: allTables }, context.signal, recoveryMs);
  const said: string[] = [];
  const code = await runTool(
    context,
    site,
    {
      name: 'point-dump',
      image: imageOf(context),
      program: [
        'sh',
        '-ec',
        'rm -rf "$2"; exec pg_dump -Fd -Z0 -j "$0" -h "$1" -U postgres -w -f "$2" "$3"',
        String(Math.max(1, Math.min(4, sizing.cpuCores))),
        recoveryPaths.data,
        `${recoveryPaths.root}/dump`,
        database,
      ],
      mounts: [{ volume, target: recoveryPaths.root }],
      network: false,
    },
    ({ line }) => {
      said.push(line);
      if (said.length > 5) said.shift();
    },
  );
  if (code !== 0)
    throw new StepError(
      'dump_failed',
      `The recovered database could not be dumped (exit code ${code}): ${said.join(' ')}`,
    );
  await loadDump(context, site, { volume, path: 'dump' });
  return checkIncoming(context, site, rows);
}

async function endRecovery({ site }: ArchiveSite): Promise<void> {
  const known = await findContainer(site.host, recoveryName(site.instance));
  if (!known) return;
  await stopContainer(site.host, known.Id, 5);
  await removeContainer(site.host, known.Id);
}

export const restorePointJob = implementOperation({
  kind: restorePointKind,
  steps: {
    fetch: fetchData,
    recover,
    load,
    replace: async (context) => {
      const place = await placeOf(context);
      await endRecovery(place);
      const files = await addNearestFiles(context, place.site, new Date(context.input.time));
      await replaceData(context, place.site, parts);
      return files;
    },
    health: async (context) => {
      const { site } = await placeOf(context);
      return waitForOdoo(site.host, site.instance, context.signal);
    },
    finish: async (context) => {
      const { site } = await placeOf(context);
      await keepReplaced(context, site, parts, 'running');
    },
  },
  cleanup: async (context) => {
    const place = await placeOf(context);
    const { site } = place;
    for (const what of Object.values(restores))
      await endRestic(context, site.host, { instanceId: site.instance.id }, what);
    await endRecovery(place);
    await putBack(context, site, parts, 'running');
  },
  settle: async (tx, { operation, scope, input, state }, outcome, error) => {
    const done = outcome === 'succeeded';
    const runs = done || state['putBack'] === true || operation.attempt === 0;
    const instance = await tx.instance.update({
      where: { id: operation.resourceId },
      data: {
        status: runs ? 'running' : 'failed',
        statusMessage: done ? null : `The database was not restored: ${error?.message ?? ''}`,
      },
    });
    const { archiveId, time } = input;
    const about = { instanceId: instance.id, time };
    await recordFact(tx, scope, {
      resource: archiveResource,
      resourceId: archiveId,
      projectId: instance.projectId,
      ...(done
        ? { action: 'point_in_time.restored', after: about }
        : { action: 'point_in_time.restore_failed', after: { ...about, reason: error?.code ?? null } }),
    });
    await recordFact(tx, scope, {
      action: runs ? 'instance.started' : 'instance.error',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { status: instance.status, reason: error?.code ?? null },
    });
  },
});
