import type { z } from 'zod';
import { recordFact } from '../audit/mutation.ts';
import {
  confPath,
  ensureOdoo,
  instanceResource,
  servingContainer,
  settingsOf,
  type Site,
  siteOf,
  startContainer,
} from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import type { EndContext } from '../operations/outcome.ts';
import { implementOperation } from '../operations/registry.ts';
import { waitForLogin } from '../restore-tests/index.ts';
import { dumpedShape, endSnapshot } from '../snapshots/index.ts';
import { checkTwin } from './check.ts';
import { dump, dumpedOf, dumpVolume } from './dump.ts';
import { rehearseUpgradeKind } from './kinds.ts';
import { loadDump } from './load.ts';
import { measured, secondsOf } from './measure.ts';
import { prepare } from './prepare.ts';
import type { Rehearsal } from './rehearsal.ts';
import { removeTwin, twinOf } from './twin.ts';

type Input = z.infer<typeof rehearseUpgradeKind.input>;
type Context = StepContext<Input>;

async function placesOf(context: Context): Promise<{ site: Site; twin: Site }> {
  const site = await siteOf(context);
  return { site, twin: await twinOf(context, site, context.input.image, null) };
}

/** All that it made: the copy with everything of it, and the dump. */
async function removeAll(context: Context): Promise<void> {
  const site = await siteOf(context);
  await removeTwin(site.host, context.operation.id);
  await endSnapshot(context, site);
}

/** As a restore test has it: nothing reaches the copy, and the copy reaches nothing; no scheduled action runs on it. */
async function startOdoo(context: Context): Promise<void> {
  const { twin } = await placesOf(context);
  const id = await ensureOdoo(twin.host, twin.instance, {
    ...(await servingContainer(context, twin, settingsOf(twin.instance), null)),
    command: ['odoo', '-c', confPath, '--workers=0', '--max-cron-threads=0'],
  });
  await startContainer(twin.host, id);
  await waitForLogin(context, twin, 'odoo_not_healthy');
}

export const rehearseUpgradeJob = implementOperation({
  kind: rehearseUpgradeKind,
  steps: {
    prepare,
    dump: async (context) => dump(context, await siteOf(context)),
    load: async (context) => {
      const { site, twin } = await placesOf(context);
      return measured(context, 'load', () => loadDump(context, site, twin, context.input, dumpVolume(context, site)));
    },
    check: async (context) => {
      const { site, twin } = await placesOf(context);
      return measured(context, 'check', () => checkTwin(context, site, twin, dumpedOf(context).rows));
    },
    odoo: async (context) => {
      await measured(context, 'start', () => startOdoo(context));
      return `The login page answers after ${secondsOf(context.state, 'start') ?? 0} s`;
    },
    remove: async (context) => {
      await removeAll(context);
    },
  },
  cleanup: removeAll,
  settle: async (tx, context, outcome, error) => {
    const { operation, scope, input } = context;
    const where = { id: operation.resourceId };
    const known = await tx.instance.findUnique({ where, select: { id: true, name: true, projectId: true } });
    if (!known) return;
    const about = {
      resource: instanceResource,
      resourceId: known.id,
      resourceName: known.name,
      projectId: known.projectId,
    };
    const { targetVersion } = input;
    if (outcome === 'cancelled') {
      await recordFact(tx, scope, {
        ...about,
        action: 'database.upgrade_rehearsal_failed',
        after: { targetVersion, reason: error?.code ?? null },
      });
      return;
    }
    const rehearsal = resultOf(context, outcome, error);
    await tx.instance.update({
      where,
      data: { databaseRehearsal: { ...rehearsal, finishedAt: rehearsal.finishedAt.toISOString() } },
    });
    await recordFact(tx, scope, {
      ...about,
      action: outcome === 'succeeded' ? 'database.upgrade_rehearsed' : 'database.upgrade_rehearsal_failed',
      after: { targetVersion, reason: error?.code ?? null },
    });
  },
});

function resultOf(
  { operation, input, state }: EndContext<Input>,
  outcome: 'succeeded' | 'failed',
  error: { code: string; message: string } | null,
): Rehearsal {
  const dumped = dumpedShape.safeParse(state['dumped']).data;
  return {
    operationId: operation.id,
    status: outcome,
    fromImage: input.fromImage,
    targetVersion: input.targetVersion,
    targetImage: input.image,
    reason: error?.code ?? null,
    message: error?.message ?? null,
    finishedAt: new Date(),
    dumpSeconds: secondsOf(state, 'dump'),
    loadSeconds: secondsOf(state, 'load'),
    checkSeconds: secondsOf(state, 'check'),
    startSeconds: secondsOf(state, 'start'),
    tables: dumped ? Object.keys(dumped.rows).length : null,
    databaseBytes: dumped?.databaseBytes ?? null,
  };
}
