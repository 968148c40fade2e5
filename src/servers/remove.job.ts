import { z } from 'zod';
import { recordFact } from '../audit/mutation.ts';
import { implementOperation } from '../operations/registry.ts';
import { lastKnownStatus } from './last-known.ts';
import { removeServerKind } from './kinds.ts';
import { serverResource } from './resource.ts';

/** The names of the instances that a forced removal took along. */
const leftShape = z.array(z.string()).default([]);

/**
 * Nothing of ours is left on a server without instances, so there is nothing to do there: a dead server can go too. A
 * forced removal takes the instances along; what they have there is in the audit log.
 */
export const removeServerJob = implementOperation({
  kind: removeServerKind,
  steps: {
    remove: async ({ app, operation, input, scope, write, saveState }) => {
      if (input.force) {
        const left = await write((tx) => app.holdings.leave(tx, scope, operation.resourceId));
        if (left.length > 0) await saveState({ left });
      }
      app.remote.drop(operation.resourceId);
      return 'The connection is closed';
    },
  },
  settle: async (tx, { operation, scope, input, state }, outcome, error) => {
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
      after: {
        status: server.status,
        reason: error?.code ?? null,
        ...(input.force ? { force: input.force, left: leftShape.parse(state['left']) } : {}),
      },
    });
  },
});
