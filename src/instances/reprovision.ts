import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { usualImage } from './image.ts';
import { provisionInstanceKind, reprovisionInstanceKind } from './kinds.ts';
import { getInstance } from './list.ts';
import { instanceResource } from './resource.ts';
import { envVarNames, sealNewAdminPassword } from './sealed.ts';

const from = ['failed', 'stopped'] as const;

/**
 * Provisions an instance again with the settings that it has by now. One that never was is made from scratch; of one that
 * was, everything but the database and the filestore is made again.
 */
export async function provisionAgain(app: App, scope: OrgScope, id: string, pullImage: boolean | null | undefined) {
  const before = await getInstance(scope, id);
  const { image, odooVersion, envVars, serverId, projectId, provisionedAt } = before;
  const ownCode = image !== usualImage(app, odooVersion) || envVarNames(envVars).length > 0;
  if (ownCode) requireIn(scope, 'manage:instance_code', projectId);
  const kind = provisionedAt === null ? provisionInstanceKind : reprovisionInstanceKind;
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(kind, {
      resourceId: id,
      serverId,
      projectId,
      input: { from: before.status, reason: before.statusMessage, ownCode, ...(pullImage ? { pullImage } : {}) },
    });
    const changed = await tx.instance.updateMany({
      where: { id, orgId: scope.orgId, status: { in: [...from] }, provisionedAt },
      data: {
        status: kind.entering,
        statusMessage: null,
        lostAt: null,
        // A new database has a new administrator.
        ...(provisionedAt === null ? { adminPasswordEnc: sealNewAdminPassword(app.secrets, id) } : {}),
      },
    });
    if (changed.count === 0) throw invalidState('instance', before.status, from);
    await record({
      action: 'instance.provision_requested',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      projectId: before.projectId,
      before: { status: before.status },
      after: { status: kind.entering },
    });
    const instance = await tx.instance.findUnique({ where: { id } });
    return { instance: found(instance, 'instance', id), operation };
  });
}
