import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { namesOf } from '../feature/holding.ts';
import type { Tx } from '../database/database.ts';
import { AppError, invalidState } from '../errors.ts';
import { liveOperation } from '../operations/live.ts';
import { removeServerKind } from './kinds.ts';
import { serverResource } from './resource.ts';
import { getServer } from './list.ts';

export interface ServerRemoval {
  confirmName?: string | null | undefined;
  /** Removes an unreachable server with its instances; what they have there is left there. */
  force?: boolean | null | undefined;
}

/** Removes a server without instances; with `force`, and its name typed, also one that is unreachable and has some. */
export async function removeServer(app: App, scope: OrgScope, id: string, { confirmName, force }: ServerRemoval) {
  const before = await getServer(scope, id);
  if ((force || typeof confirmName === 'string') && confirmName !== before.name)
    throw new AppError(
      'unprocessable',
      force
        ? 'With force, what its instances have on the server is left there: set confirmName to the exact name of the server'
        : 'confirmName is not the name of this server',
      { field: 'confirmName', constraint: 'confirmation' },
    );
  if (force && before.status !== 'unreachable') throw invalidState('server', before.status, ['unreachable']);
  const forced = force ? { force } : {};
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(removeServerKind, { resourceId: id, serverId: id, projectId: null, input: forced });
    const living = await app.holdings.living(tx, { type: 'server', orgId: scope.orgId, id });
    if (living.length > 0) {
      if (!force)
        throw new AppError(
          'conflict',
          'The server still has instances or replicas; delete them first',
          namesOf(living),
        );
      requireIn(scope, 'manage:instances', null);
      await requireNothingElseRuns(tx, id, operation.id);
    }
    const server = await tx.server.update({
      where: { id, orgId: scope.orgId },
      data: { status: 'removing', statusMessage: null },
    });
    await record({
      action: 'server.removal_requested',
      resource: serverResource,
      resourceId: id,
      resourceName: server.name,
      after: { status: 'removing', ...forced },
    });
    return { server, operation };
  });
}

async function requireNothingElseRuns(tx: Tx, serverId: string, ownId: string): Promise<void> {
  const other = await tx.operation.findFirst({
    where: { serverId, id: { not: ownId }, ...liveOperation },
    select: { resourceType: true, resourceId: true },
  });
  if (other)
    throw new AppError('operation_in_progress', 'Another operation on this server is still running', {
      resource: other.resourceType,
      id: other.resourceId,
    });
}
