import type { App } from '../app.ts';
import { Prisma, type Tx } from '../database/database.ts';
import { dropChains } from '../audit/cut.ts';
import { recordFact } from '../audit/mutation.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { batch, deleteInBatches } from '../database/batches.ts';
import { eraseOrganization, livingOnServers, organizationPlace } from './erase.ts';
import { deleteOrganizationKind } from './kinds.ts';
import { wakeMembers } from './service.ts';

type Context = Pick<StepContext<unknown>, 'write' | 'operation' | 'signal'>;

async function requireNothingLiving(app: App, tx: Tx, orgId: string): Promise<void> {
  const living = await livingOnServers(app, tx, orgId);
  if (living.length > 0)
    throw new StepError(
      'org_in_use',
      `Still there: ${living.flatMap(({ names }) => names).join(', ')}`,
      'Remove these servers and instances, then delete the organization again.',
    );
}

/** Deletes many rows in transactions of bounded size. */
async function inBatches(context: Context, deleteSome: (tx: Tx) => Promise<number>): Promise<void> {
  await deleteInBatches(context.signal, () => context.write(deleteSome));
}

/** Every step asks for what is left, so any of them can run again. */
export const deleteOrganizationJob = implementOperation({
  kind: deleteOrganizationKind,
  steps: {
    check: async ({ app, write, operation }) => {
      await write((tx) => requireNothingLiving(app, tx, operation.orgId));
      return undefined;
    },
    history: async (context) => {
      const { id, orgId } = context.operation;
      await inBatches(
        context,
        (tx) =>
          tx.$executeRaw`DELETE FROM operation_logs WHERE ctid IN (SELECT l.ctid FROM operation_logs l JOIN operations o ON o.id = l.operation_id WHERE o.org_id = ${orgId}::uuid AND o.id <> ${id}::uuid LIMIT ${batch})`,
      );
      await inBatches(
        context,
        (tx) =>
          tx.$executeRaw`DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE org_id = ${orgId}::uuid AND id <> ${id}::uuid LIMIT ${batch})`,
      );
      for (const name of [...context.app.holdings.history, 'audit_entries', 'outbox_events']) {
        const table = Prisma.raw(name);
        await inBatches(
          context,
          (tx) =>
            tx.$executeRaw`DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE org_id = ${orgId}::uuid LIMIT ${batch})`,
        );
      }
      await context.write((tx) => dropChains(tx, [orgId]));
      return undefined;
    },
    resources: async ({ app, write, operation: { orgId } }) => {
      await write(async (tx) => {
        await requireNothingLiving(app, tx, orgId);
        await app.holdings.erase(tx, organizationPlace(orgId));
      });
      return undefined;
    },
    organization: async ({ app, write, scope, operation: { orgId } }) => {
      await write(async (tx) => {
        // A request that was under way when the deletion began may have come in between; its row holds the organization.
        await requireNothingLiving(app, tx, orgId);
        if ((await tx.organization.count({ where: { id: orgId } })) === 0) return;
        await wakeMembers(tx, orgId);
        await eraseOrganization(app, tx, scope);
      });
      return undefined;
    },
  },
  settle: async (tx, { operation, scope }, outcome) => {
    if (outcome === 'succeeded') return;
    const where = { id: operation.orgId, status: 'removing' as const };
    const inactive = await tx.organization.updateMany({
      where: { ...where, deactivatedAt: { not: null } },
      data: { status: 'deactivated' },
    });
    const active = await tx.organization.updateMany({ where, data: { status: 'active' } });
    if (inactive.count + active.count > 0)
      await recordFact(tx, scope, {
        action: 'organization.delete_failed',
        resource: 'org',
        resourceId: operation.orgId,
      });
  },
});
