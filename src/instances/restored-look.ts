import type { Server } from '../../prisma/generated/client/client.ts';
import type { PrismaClient, Tx } from '../database/database.ts';
import { isId } from '../ids.ts';
import { liveOperation } from '../operations/live.ts';
import type { RemoteHost } from '../remote/index.ts';
import { operationLabel, partLabel } from './names.ts';
import { change, type Watched } from './seen.ts';

type Container = Awaited<ReturnType<RemoteHost['docker']['listContainers']>>[number];

/** The ports of an Odoo container, inside, and what an instance has them for. */
const purposes = [
  { inside: 8069, purpose: 'http', column: 'httpPort' },
  { inside: 8072, purpose: 'longpolling', column: 'longpollingPort' },
] as const;

/**
 * An instance whose provisioning was under way when the backup was made, and succeeded afterwards: it is in use, and what it
 * has on its server says what the row does not.
 */
async function adopt(tx: Tx, server: Server, instance: Watched, odoo: Container): Promise<void> {
  const by = odoo.Labels[operationLabel];
  const ports = purposes.flatMap(({ inside, purpose, column }) => {
    const port = odoo.Ports.find(({ PrivatePort, PublicPort }) => PrivatePort === inside && PublicPort)?.PublicPort;
    return port === undefined ? [] : [{ port, purpose, column }];
  });
  await tx.portAllocation.deleteMany({ where: { instanceId: instance.id } });
  await tx.portAllocation.createMany({
    data: ports.map(({ port, purpose }) => ({ serverId: server.id, port, instanceId: instance.id, purpose })),
    skipDuplicates: true,
  });
  await tx.instance.update({
    where: { id: instance.id },
    data: {
      provisionedAt: new Date(),
      ...(by !== undefined && isId(by) ? { provisionedBy: by } : {}),
      ...Object.fromEntries(ports.map(({ port, column }) => [column, port])),
    },
  });
}

/**
 * The first look after oCore was restored from a backup: the instance may have been started, stopped or provisioned since.
 * What runs is running, whatever the row says; what does not run is left to the usual look.
 */
export async function lookAtRestored(
  prisma: PrismaClient,
  server: Server,
  instance: Watched,
  containers: readonly Container[],
): Promise<void> {
  const running = (part: string): Container | undefined =>
    containers.find(({ Labels, State }) => Labels[partLabel] === part && State === 'running');
  const odoo = running('odoo');
  await prisma.$transaction(async (tx) => {
    // An operation that was under way is settled first; one that began since tells by itself.
    if ((await tx.operation.count({ where: { resourceId: instance.id, ...liveOperation } })) > 0) return;
    const from = { restoredAt: { not: null } };
    if (odoo && running('database')) {
      const data = { status: 'running' as const, statusMessage: null, lostAt: null, restoredAt: null };
      if (instance.status === 'running')
        return void (await tx.instance.updateMany({ where: { id: instance.id }, data: { restoredAt: null } }));
      const changed = await change(tx, server, instance, { from, data, action: 'instance.started', reason: null });
      if (changed && instance.provisionedAt === null) await adopt(tx, server, instance, odoo);
      return;
    }
    // One whose containers come back later is found again, as any that the monitor lost.
    const lostAt = instance.status === 'failed' && instance.provisionedAt !== null ? { lostAt: new Date() } : {};
    await tx.instance.updateMany({
      where: { ...from, id: instance.id, updatedAt: instance.updatedAt },
      data: { restoredAt: null, ...lostAt },
    });
  });
}
