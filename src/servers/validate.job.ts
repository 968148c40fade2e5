import { found } from '../errors.ts';
import { z } from 'zod';
import { recordFact } from '../audit/mutation.ts';
import { implementOperation } from '../operations/registry.ts';
import { RemoteError } from '../remote/index.ts';
import { checkChannels, checkContainer, checkDocker, cleanUpChecks } from './engine-checks.ts';
import { checkPrivileges, checkResources, checkSystem } from './host-checks.ts';
import { presentHostKey } from './host-key.ts';
import { validateServerKind } from './kinds.ts';
import { lastKnownStatus } from './last-known.ts';
import { targetOf } from './target.ts';
import { serverResource } from './resource.ts';

/** The address of the connection at which everything was found to be right. */
const validatedAt = (state: Readonly<Record<string, unknown>>) => ({
  validatedAddress: z.string().parse(state['address']),
});

export const validateServerJob = implementOperation({
  kind: validateServerKind,
  steps: {
    connect: async ({ app, operation, scope, connect, saveState, write }) => {
      const { resourceId: id, orgId } = operation;
      const server = found(await app.db.prisma.server.findFirst({ where: { id, orgId } }), 'server', id);
      app.remote.drop(server.id);
      try {
        const host = await connect(await targetOf(app, server, { firstContact: true }), 'look');
        await saveState({ address: host.address });
        const fingerprint = host.hostKeyFingerprint;
        if (fingerprint !== server.hostKeyFingerprint) {
          // First contact: from now on only this key is accepted.
          await write((tx) =>
            tx.server.update({
              where: { id: server.id },
              data: { hostKeyFingerprint: fingerprint, presentedFingerprint: null },
            }),
          );
        }
        return fingerprint ? `Connected; the host key is ${fingerprint}` : 'This machine';
      } catch (error) {
        if (error instanceof RemoteError && error.fingerprint) {
          const presented = error.fingerprint;
          await write((tx) => presentHostKey(tx, scope, server.id, presented));
        }
        throw error;
      }
    },
    system: checkSystem,
    privileges: checkPrivileges,
    docker: checkDocker,
    resources: checkResources,
    channels: checkChannels,
    container: checkContainer,
  },
  cleanup: cleanUpChecks,
  settle: async (tx, { operation, scope, state }, outcome, error) => {
    const server = await tx.server.update({
      where: { id: operation.resourceId },
      data:
        outcome === 'succeeded'
          ? {
              status: 'active',
              statusMessage: null,
              needsValidation: false,
              missedChecks: 0,
              lastSeenAt: new Date(),
              ...validatedAt(state),
            }
          : {
              ...(outcome === 'failed' ? { needsValidation: true } : {}),
              status: operation.attempt === 0 ? await lastKnownStatus(tx, operation.resourceId) : 'unreachable',
              statusMessage: [error?.message, error?.hint].filter(Boolean).join('. '),
            },
    });
    await recordFact(tx, scope, {
      action: outcome === 'succeeded' ? 'server.active' : 'server.unreachable',
      resource: serverResource,
      resourceId: server.id,
      resourceName: server.name,
      after: { status: server.status, reason: error?.code ?? null },
    });
  },
});
