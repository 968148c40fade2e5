import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, invalidState } from '../errors.ts';
import { parse } from '../parse.ts';
import { fields } from './fields.ts';
import { validateServerKind } from './kinds.ts';
import { serverResource } from './resource.ts';
import { getServer } from './list.ts';

export async function validateServer(app: App, scope: OrgScope, id: string) {
  const before = await getServer(scope, id);
  if (before.status === 'removing') throw invalidState('server', before.status, ['active', 'unreachable', 'pending']);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(validateServerKind, { resourceId: id, serverId: id, projectId: null, input: {} });
    const server = await tx.server.update({
      where: { id, orgId: scope.orgId },
      data: { status: 'validating', statusMessage: null },
    });
    await record({
      action: 'server.validation_requested',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
    });
    return { server, operation };
  });
}

export const acceptHostKeyInput = z.object({ fingerprint: fields.hostKeyFingerprint });

/** Accepts the changed host key that the server presented: exactly that one, named by the caller. */
export async function acceptHostKey(app: App, scope: OrgScope, id: string, given: unknown) {
  const { fingerprint } = parse(acceptHostKeyInput, given);
  const before = await getServer(scope, id);
  if (before.presentedFingerprint === null) throw invalidState('host key', 'unchanged', ['changed']);
  if (before.presentedFingerprint !== fingerprint) {
    throw new AppError('conflict', `The server presented ${before.presentedFingerprint}, not this key`, {
      field: 'fingerprint',
      constraint: 'presented',
    });
  }
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(validateServerKind, { resourceId: id, serverId: id, projectId: null, input: {} });
    const server = await tx.server.update({
      where: { id, orgId: scope.orgId },
      data: {
        hostKeyFingerprint: fingerprint,
        presentedFingerprint: null,
        status: 'validating',
        statusMessage: null,
        needsValidation: true,
      },
    });
    await record({
      action: 'server.host_key_accepted',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
      before: { hostKeyFingerprint: before.hostKeyFingerprint },
      after: { hostKeyFingerprint: fingerprint },
    });
    return { server, operation };
  });
}
