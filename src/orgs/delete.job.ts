import type { Tx } from '../database/database.ts';
import { recordFact } from '../audit/mutation.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { batch, deleteInBatches } from './batches.ts';
import { eraseOrganization, eraseResources, livingOnServers } from './erase.ts';
import { deleteOrganizationKind } from './kinds.ts';
import { wakeMembers } from './service.ts';

type Context = Pick<StepContext<unknown>, 'write' | 'operation' | 'signal'>;

async function requireNothingLiving(tx: Tx, orgId: string): Promise<void> {
  const { servers, instances } = await livingOnServers(tx, orgId);
  if (servers.length + instances.length > 0) throw new StepError('org_in_use', `Still there: ${[...instances, ...servers].join(', ')}`, 'Remove these servers and instances, then delete the organization again.');
}

/** Deletes many rows in transactions of bounded size. */
async function inBatches(context: Context, deleteSome: (tx: Tx) => Promise<number>): Promise<void> {
  await deleteInBatches(context.signal, () => context.write(deleteSome));
}

/** Every step asks for what is left, so any of them can run again. */
export const deleteOrganizationJob = implementOperation({
  kind: deleteOrganizationKind,
  steps: {
    check: async ({ write, operation }) => {
      await write((tx) => requireNothingLiving(tx, operation.orgId));
      return undefined;
    },
    history: async (context) => {
      const { id, orgId } = context.operation;
      await inBatches(context, (tx) => tx.$executeRaw`DELETE FROM operation_logs WHERE ctid IN (SELECT l.ctid FROM operation_logs l JOIN operations o ON o.id = l.operation_id WHERE o.org_id = ${orgId}::uuid AND o.id <> ${id}::uuid LIMIT ${batch})`);
      await inBatches(context, (tx) => tx.$executeRaw`DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE org_id = ${orgId}::uuid AND id <> ${id}::uuid LIMIT ${batch})`);
      await inBatches(context, (tx) => tx.$executeRaw`DELETE FROM server_metrics WHERE id IN (SELECT id FROM server_metrics WHERE org_id = ${orgId}::uuid LIMIT ${batch})`);
      await inBatches(context, (tx) => tx.$executeRaw`DELETE FROM audit_entries WHERE id IN (SELECT id FROM audit_entries WHERE org_id = ${orgId}::uuid LIMIT ${batch})`);
      await inBatches(context, (tx) => tx.$executeRaw`DELETE FROM outbox_events WHERE id IN (SELECT id FROM outbox_events WHERE org_id = ${orgId}::uuid LIMIT ${batch})`);
      return undefined;
    },
    resources: async ({ write, operation: { orgId } }) => {
      await write(async (tx) => {
        await requireNothingLiving(tx, orgId);
        await eraseResources(tx, orgId);
      });
      return undefined;
    },
    organization: async ({ write, scope, operation: { orgId } }) => {
      await write(async (tx) => {
        // A request that was under way when the deletion began may have come in between; its row holds the organization.
        await requireNothingLiving(tx, orgId);
        if ((await tx.organization.count({ where: { id: orgId } })) === 0) return;
        await wakeMembers(tx, orgId);
        await eraseOrganization(tx, scope);
      });
      return undefined;
    },
  },
  settle: async (tx, { operation, scope }, outcome) => {
    if (outcome === 'succeeded') return;
    const changed = await tx.organization.updateMany({ where: { id: operation.orgId, status: 'removing' }, data: { status: 'active' } });
    if (changed.count > 0) await recordFact(tx, scope, { action: 'org.delete_failed', resourceType: 'org', resourceId: operation.orgId });
  },
});
