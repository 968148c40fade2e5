import { recordFact } from '../audit/mutation.ts';
import { implementOperation } from '../operations/registry.ts';
import { lastKnownStatus } from './last-known.ts';
import { removeServerKind } from './kinds.ts';
import { serverResource } from './resource.ts';

/** Nothing of ours is left on a server without instances, so there is nothing to do there: a dead server can go too. */
export const removeServerJob = implementOperation({
  kind: removeServerKind,
  steps: {
    remove: async ({ app, operation }) => {
      app.remote.drop(operation.resourceId);
      return 'The connection is closed';
    },
  },
  settle: async (tx, { operation, scope }, outcome, error) => {
    const server = await tx.server.update({
      where: { id: operation.resourceId },
      data:
        outcome === 'succeeded'
          ? { status: 'removed', credentialEnc: null, statusMessage: null }
          : {
              status: operation.attempt === 0 ? await lastKnownStatus(tx, operation.resourceId) : 'unreachable',
              statusMessage: error?.message ?? null,
            },
    });
    if (outcome === 'succeeded') await tx.serverMetric.deleteMany({ where: { serverId: server.id } });
    await recordFact(tx, scope, {
      action: outcome === 'succeeded' ? 'server.deleted' : 'server.remove_failed',
      resource: serverResource,
      resourceId: server.id,
      resourceName: server.name,
    });
  },
});
