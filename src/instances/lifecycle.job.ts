import { found } from '../errors.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import type { OperationError, Outcome, StepContext } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { stopCompanions } from './companions.ts';
import { findContainer, stopContainer } from './containers.ts';
import { siteOf } from './context.ts';
import { hostsElsewhere } from './elsewhere.ts';
import { waitForOdoo } from './health.ts';
import { instanceLabel, namesOf } from './names.ts';
import {
  deleteInstanceKind,
  type Resting,
  restartInstanceKind,
  restingOf,
  startInstanceKind,
  stopInstanceKind,
} from './kinds.ts';
import { leftOf, removedInstance } from './left-behind.ts';
import { removeContainer, removeObjects } from './removal.ts';
import { removeSnapshotsBeside } from './snapshots-beside.ts';
import { instanceResource } from './resource.ts';
import { startContainers } from './start-containers.ts';

const odooGraceSeconds = 30;
const poolerGraceSeconds = 5;
const postgresGraceSeconds = 60;

type Settled = Pick<StepContext<Resting>, 'operation' | 'scope' | 'input' | 'state'>;

/**
 * Brings the row to `status` on success, back to what it was if nothing was begun, else to `failed` with the reason, or to
 * `running` if the clean-up saw it run.
 */
function settleTo(
  status: 'running' | 'stopped',
  action: 'instance.started' | 'instance.stopped' | 'instance.restarted',
) {
  return async (
    tx: Tx,
    { operation, scope, input, state }: Settled,
    outcome: Outcome,
    error: OperationError | null,
  ): Promise<void> => {
    const instance = await tx.instance.update({
      where: { id: operation.resourceId },
      data:
        outcome === 'succeeded'
          ? {
              status,
              statusMessage: null,
              lastSeenAt: new Date(),
              ...(status === 'running' ? { settingsPending: false } : {}),
            }
          : operation.attempt === 0
            ? restingOf(input)
            : {
                status: state['runs'] === true ? 'running' : 'failed',
                statusMessage: error?.message ?? null,
              },
    });
    await recordFact(tx, scope, {
      action: outcome === 'succeeded' ? action : 'instance.error',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { status: instance.status, reason: error?.code ?? null },
    });
  };
}

async function health(context: StepContext<Resting>): Promise<string> {
  const { instance, host } = await siteOf(context);
  return waitForOdoo(host, instance, context.signal);
}

export const startInstanceJob = implementOperation({
  kind: startInstanceKind,
  steps: {
    start: async (context) => {
      await startContainers(context, await siteOf(context));
    },
    health,
  },
  settle: settleTo('running', 'instance.started'),
});

export const stopInstanceJob = implementOperation({
  kind: stopInstanceKind,
  steps: {
    stop: async (context) => {
      const { instance, host } = await siteOf(context);
      await stopContainer(host, namesOf(instance.id).odoo, odooGraceSeconds);
      await stopContainer(host, namesOf(instance.id).pooler, poolerGraceSeconds);
      await stopContainer(host, namesOf(instance.id).database, postgresGraceSeconds);
      await stopCompanions(host, instance.id);
      return 'Stopped; the data is kept';
    },
  },
  // Half stopped is neither: what ran runs again.
  cleanup: async (context) => {
    if (context.input.from !== 'running') return;
    const site = await siteOf(context);
    await startContainers(context, site);
    await waitForOdoo(site.host, site.instance, context.signal);
    await context.saveState({ runs: true });
    context.log('info', 'Odoo is running, as it was before');
  },
  settle: settleTo('stopped', 'instance.stopped'),
});

export const restartInstanceJob = implementOperation({
  kind: restartInstanceKind,
  steps: {
    restart: async (context) => {
      const site = await siteOf(context);
      await stopContainer(site.host, namesOf(site.instance.id).odoo, odooGraceSeconds);
      await startContainers(context, site);
    },
    health,
  },
  settle: settleTo('running', 'instance.restarted'),
});

/** A forced deletion leaves what is on the server where it is; not on one that is back meanwhile. */
async function isForsaken({ app, operation, input }: StepContext<Resting>): Promise<boolean> {
  if (input.force !== true) return false;
  const row = await app.db.prisma.instance.findFirst({
    where: { id: operation.resourceId, orgId: operation.orgId },
    select: { server: { select: { status: true } } },
  });
  return found(row, 'instance', operation.resourceId).server.status !== 'active';
}

/** Removes what the instance has on other servers. */
async function removeElsewhere(context: StepContext<Resting>): Promise<void> {
  const where = { id: context.operation.resourceId, orgId: context.operation.orgId };
  const row = await context.app.db.prisma.instance.findFirst({ where, select: { id: true, serverId: true } });
  const instance = found(row, 'instance', where.id);
  for (const host of await hostsElsewhere(context, instance)) await removeObjects(host, instance.id, () => true);
}

/** What a deletion does on the server, in two steps. */
export const deletion = {
  containers: async (context: StepContext<Resting>): Promise<string | undefined> => {
    if (await isForsaken(context)) return 'The server is not contacted';
    const { instance, host } = await siteOf(context);
    const serving = await findContainer(host, namesOf(instance.id).odoo);
    if (serving) await stopContainer(host, serving.Id, 5);
    for (const container of await host.docker.listContainers([`${instanceLabel}=${instance.id}`]))
      await removeContainer(host, container.Id);
    return undefined;
  },
  data: async (context: StepContext<Resting>): Promise<string | undefined> => {
    await removeElsewhere(context);
    const forsaken = await isForsaken(context);
    await context.saveState({ forsaken });
    if (forsaken) return 'What it has on the server is left there; the audit log lists it';
    const { instance, host } = await siteOf(context);
    await removeObjects(host, instance.id, () => true);
    return undefined;
  },
};

/** `untouched`: nothing was begun of what cannot be taken back. */
export async function settleDeletion(
  tx: Tx,
  { operation, scope, input, state }: Settled,
  outcome: Outcome,
  error: OperationError | null,
  untouched = operation.attempt === 0,
): Promise<void> {
  const done = outcome === 'succeeded';
  const instance = await tx.instance.update({
    where: { id: operation.resourceId },
    data: done
      ? removedInstance
      : untouched
        ? restingOf(input)
        : { status: 'failed', statusMessage: error?.message ?? null },
    include: { server: true },
  });
  if (done) {
    await tx.portAllocation.deleteMany({ where: { instanceId: instance.id } });
    await removeSnapshotsBeside(tx, instance.id);
  }
  await recordFact(tx, scope, {
    action: done ? 'instance.deleted' : 'instance.error',
    resource: instanceResource,
    resourceId: instance.id,
    resourceName: instance.name,
    projectId: instance.projectId,
    after: {
      status: instance.status,
      reason: error?.code ?? null,
      ...(done && state['forsaken'] === true ? { left: leftOf(instance) } : {}),
    },
  });
}

export const deleteInstanceJob = implementOperation({
  kind: deleteInstanceKind,
  steps: deletion,
  settle: settleDeletion,
});
