import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import { AppError, found, invalidState, validationError } from '../errors.ts';
import type { InstanceView } from '../instances/index.ts';
import { serverFields, serverForProject } from '../servers/index.ts';

export const createReplicaInput = z.object({
  serverId: z.string().nullish(),
  address: serverFields.host.nullish(),
});

/** Where the replica is to run, and how that server reaches the one of the instance. */
export async function placeOf(
  scope: OrgScope,
  instance: Pick<InstanceView, 'serverId' | 'projectId' | 'postgresImage'>,
  { serverId, address }: z.infer<typeof createReplicaInput>,
): Promise<{ serverId: string; address?: string }> {
  if (!serverId || serverId === instance.serverId) {
    if (address)
      throw validationError([
        {
          field: 'address',
          constraint: 'exclusive',
          message: 'address is for a replica on another server: set serverId, too',
        },
      ]);
    return { serverId: instance.serverId };
  }
  const server = await serverForProject(scope, serverId, instance.projectId);
  if (server.status !== 'active') throw invalidState('server', server.status, ['active']);
  const where = { id: instance.serverId, orgId: scope.orgId };
  const own = found(await scope.db.server.findFirst({ where }), 'server', instance.serverId);
  if (own.architecture !== null && server.architecture !== own.architecture)
    throw new AppError(
      'unprocessable',
      `${server.name} is ${server.architecture ?? 'unknown'}, the server of the instance ${own.architecture}: a replica needs the same architecture`,
      { field: 'serverId', constraint: 'architecture' },
    );
  const reached = address ?? (own.kind === 'local' ? null : (own.validatedAddress ?? own.host));
  if (reached === null)
    throw validationError([
      {
        field: 'address',
        constraint: 'required',
        message: 'The instance is on the machine of oCore itself: say at which address the other server reaches it',
      },
    ]);
  return { serverId: server.id, address: reached };
}
