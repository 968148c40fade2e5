import { z } from 'zod';
import { recordFact } from '../audit/mutation.ts';
import { abandonPreBackup, settlePreBackup, takePreBackup } from '../backups/index.ts';
import { Prisma } from '../database/database.ts';
import {
  findContainer,
  instanceResource,
  labelsOf,
  namesOf,
  removeContainer,
  type Site,
  siteOf,
  startContainers,
  stopContainer,
  volumesOf,
  waitForOdoo,
} from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { unless } from '../remote/index.ts';
import { archiveUpToNow, beginArchivingAgain } from '../pitr/index.ts';
import { endSnapshot } from '../snapshots/index.ts';
import { checkTwin } from './check.ts';
import { dump, dumpedOf, dumpVolume } from './dump.ts';
import { upgradeDatabaseKind } from './kinds.ts';
import { loadDump } from './load.ts';
import { measured } from './measure.ts';
import { prepare } from './prepare.ts';
import { ensureTwin, newVolume, removeTwin, twinOf } from './twin.ts';

type Input = z.infer<typeof upgradeDatabaseKind.input>;
type Context = StepContext<Input>;

/** Where the data was before, for the way back. */
const stateShape = z.object({
  /** When Odoo was stopped. */
  stoppedAt: z.number().optional(),
  oldVolume: z.string().optional(),
  /** As the row has it; empty for null. */
  oldColumn: z.string().optional(),
  oldImage: z.string().optional(),
  /** Odoo was healthy: nothing goes back any more. */
  finishing: z.boolean().optional(),
  rolledBack: z.boolean().optional(),
  downtimeSeconds: z.number().optional(),
});
const stateOf = ({ state }: Pick<Context, 'state'>) => stateShape.parse(state);

async function placesOf(context: Context): Promise<{ site: Site; twin: Site }> {
  const site = await siteOf(context);
  const volume = newVolume(site.instance.id, context.operation.id);
  return { site, twin: await twinOf(context, site, context.input.image, volume) };
}

async function stopServing({ host, instance }: Site): Promise<void> {
  const { odoo, pooler } = namesOf(instance.id);
  await stopContainer(host, odoo, 30);
  await stopContainer(host, pooler, 5);
}

/** The container only: its data is in a volume. */
async function removeServer({ host, instance }: Site): Promise<void> {
  const known = await findContainer(host, namesOf(instance.id).database);
  if (!known) return;
  await stopContainer(host, known.Id, 60);
  await removeContainer(host, known.Id);
}

/** The row says which image runs over which volume: whoever starts the instance at any time starts that one. */
async function serveFrom(context: Context, site: Site, image: string, volume: string | null): Promise<Site> {
  const instance = await context.write((tx) =>
    tx.instance.update({
      where: { id: site.instance.id },
      data: { postgresImage: image, databaseVolume: volume },
    }),
  );
  return { ...site, instance };
}

async function switchOver(context: Context): Promise<string> {
  const { operation, input } = context;
  const site = await siteOf(context);
  if (stateOf(context).oldVolume === undefined)
    await context.saveState({
      oldVolume: volumesOf(site.instance).database,
      oldColumn: site.instance.databaseVolume ?? '',
      oldImage: site.instance.postgresImage,
    });
  await removeTwin(site.host, operation.id);
  await stopServing(site);
  await removeServer(site);
  await startContainers(
    context,
    await serveFrom(context, site, input.image, newVolume(site.instance.id, operation.id)),
  );
  return `${input.image} serves`;
}

/** The old server was stopped in good order, and nobody wrote since the dump: it serves again. */
async function goBack(context: Context): Promise<void> {
  const { stoppedAt, oldVolume, oldColumn, oldImage, finishing } = stateOf(context);
  let site = await siteOf(context);
  await abandonPreBackup(context, site);
  await removeTwin(site.host, context.operation.id);
  await endSnapshot(context, site);
  if (finishing) return removeOld(context, site);
  if (oldVolume !== undefined && oldImage !== undefined) {
    await stopServing(site);
    await removeServer(site);
    site = await serveFrom(context, site, oldImage, oldColumn || null);
  }
  if (stoppedAt !== undefined) {
    await startContainers(context, site);
    await waitForOdoo(site.host, site.instance, context.signal);
    context.log('warning', 'The old PostgreSQL serves, as it did');
  }
  await unless(404, site.host.docker.removeVolume(newVolume(site.instance.id, context.operation.id)));
  await context.saveState({ rolledBack: true });
}

async function removeOld(context: Context, { host, instance }: Site): Promise<void> {
  const { oldVolume } = stateOf(context);
  if (oldVolume !== undefined && oldVolume !== volumesOf(instance).database)
    await unless(404, host.docker.removeVolume(oldVolume));
}

export const upgradeDatabaseJob = implementOperation({
  kind: upgradeDatabaseKind,
  steps: {
    prepare,
    safety: async (context) => {
      const { id } = await takePreBackup(context, await siteOf(context), 'pre_upgrade');
      return `The backup ${id} has the data from before`;
    },
    stop: async (context) => {
      const { site, twin } = await placesOf(context);
      const { instance, host } = site;
      // The new server first, while Odoo serves. Its volume belongs to the instance, and has its labels.
      const Labels = labelsOf(instance, 'database', context.operation.id);
      await host.docker.createVolume({ Name: newVolume(instance.id, context.operation.id), Labels });
      await ensureTwin(context, twin, context.input);
      await context.saveState({ stoppedAt: stateOf(context).stoppedAt ?? Date.now() });
      await stopServing(site);
      await archiveUpToNow(context, instance.id);
    },
    dump: async (context) => dump(context, await siteOf(context)),
    load: async (context) => {
      const { site, twin } = await placesOf(context);
      return measured(context, 'load', () => loadDump(context, site, twin, context.input, dumpVolume(context, site)));
    },
    check: async (context) => {
      const { site, twin } = await placesOf(context);
      return measured(context, 'check', () => checkTwin(context, site, twin, dumpedOf(context).rows));
    },
    switch: switchOver,
    health: async (context) => {
      const { instance, host } = await siteOf(context);
      const healthy = await waitForOdoo(host, instance, context.signal);
      const { stoppedAt, downtimeSeconds } = stateOf(context);
      if (stoppedAt !== undefined && downtimeSeconds === undefined)
        await context.saveState({ downtimeSeconds: Math.round((Date.now() - stoppedAt) / 100) / 10 });
      return healthy;
    },
    finish: async (context) => {
      await context.saveState({ finishing: true });
      const site = await siteOf(context);
      await endSnapshot(context, site);
      await removeOld(context, site);
      return 'The old PostgreSQL is removed';
    },
  },
  cleanup: goBack,
  settle: async (tx, context, outcome, error) => {
    const { operation, scope, input, state } = context;
    await settlePreBackup(tx, context, outcome, error);
    const { finishing, rolledBack, stoppedAt, downtimeSeconds } = stateShape.parse(state);
    const done = outcome === 'succeeded' || finishing === true;
    const status = done || rolledBack || stoppedAt === undefined ? 'running' : 'failed';
    const where = { id: operation.resourceId };
    const instance = await tx.instance.update({
      where,
      data: done
        ? { status, statusMessage: null, lastSeenAt: new Date(), databaseRehearsal: Prisma.DbNull }
        : { status, statusMessage: `PostgreSQL was not upgraded: ${error?.message ?? ''}` },
    });
    if (done)
      await beginArchivingAgain(
        tx,
        operation.orgId,
        instance.id,
        'PostgreSQL was upgraded: archiving begins again with a new base backup. What was archived before stays.',
      );
    await recordFact(tx, scope, {
      action: done ? 'database.upgraded' : 'database.upgrade_failed',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: {
        targetVersion: input.targetVersion,
        status,
        downtimeSeconds: downtimeSeconds ?? null,
        reason: done ? null : (error?.code ?? null),
      },
    });
  },
});
