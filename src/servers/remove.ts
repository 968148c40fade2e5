import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { namesOf } from '../feature/holding.ts';
import { AppError } from '../errors.ts';
import { removeServerKind } from './kinds.ts';
import { serverResource } from './resource.ts';
import { getServer } from './list.ts';

/** Removes a server without instances. */
export async function removeServer(app: App, scope: OrgScope, id: string) {
  await getServer(scope, id);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(removeServerKind, { resourceId: id, serverId: id, projectId: null, input: {} });
    const living = await app.holdings.living(tx, { type: 'server', orgId: scope.orgId, id });
    if (living.length > 0)
      throw new AppError('conflict', 'The server still has instances; delete them first', namesOf(living));
    const server = await tx.server.update({
      where: { id, orgId: scope.orgId },
      data: { status: 'removing', statusMessage: null },
    });
    await record({
      action: 'server.removal_requested',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
    });
    return { server, operation };
  });
}
