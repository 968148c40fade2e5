import type { Server } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { liveOperation } from '../operations/live.ts';
import { type RemoteError, type RemoteHost, toRemoteError } from '../remote/index.ts';
import type { ServerLook } from '../servers/index.ts';
import { instanceLabel, partLabel, poolerPart } from './names.ts';
import { lookAtRestored } from './restored-look.ts';
import { change, type Watched, watchedColumns } from './seen.ts';

/** What serves an instance, by the label of its part. */
const partsOf = ({ databasePooler }: Pick<Watched, 'databasePooler'>) => [
  { part: 'database', name: 'PostgreSQL' },
  ...(databasePooler === null ? [] : [{ part: poolerPart, name: 'PgBouncer' }]),
  { part: 'odoo', name: 'Odoo' },
];

interface Loss {
  reason: 'container_missing' | 'container_stopped';
  message: string;
}

/**
 * Compares instances that are running with the containers on their server. One whose container has stopped or is gone at
 * two looks in a row is failed, and running again when its containers are back.
 */
export class InstanceWatch implements ServerLook {
  readonly #prisma: App['db']['prisma'];
  /** By server: the instances that missed something at the last look. */
  readonly #missing = new Map<string, ReadonlySet<string>>();

  constructor(app: App) {
    this.#prisma = app.db.prisma;
  }

  async look(server: Server, host: RemoteHost, signal: AbortSignal): Promise<RemoteError | undefined> {
    const all = await this.#prisma.instance.findMany({
      where: {
        serverId: server.id,
        OR: [{ status: 'running' }, { status: 'failed', lostAt: { not: null } }, { restoredAt: { not: null } }],
      },
      select: watchedColumns,
    });
    const missed = this.#missing.get(server.id);
    this.#missing.delete(server.id);
    if (all.length === 0) return undefined;
    const containers = await host.docker
      .listContainers([instanceLabel], { signal })
      .catch((error: unknown) => toRemoteError(error));
    if (!Array.isArray(containers)) return containers;
    const stateOf = (id: string, part: string): string | undefined => {
      const states = containers
        .filter(({ Labels }) => Labels[instanceLabel] === id && Labels[partLabel] === part)
        .map(({ State }) => State);
      return states.includes('running') ? 'running' : states[0];
    };
    const restored = all.filter(({ restoredAt }) => restoredAt !== null);
    for (const instance of restored)
      await lookAtRestored(
        this.#prisma,
        server,
        instance,
        containers.filter(({ Labels }) => Labels[instanceLabel] === instance.id),
      );
    const instances = all.filter(({ restoredAt }) => restoredAt === null);
    const lost = instances.flatMap((instance) => {
      const loss = lossOf(instance, (part) => stateOf(instance.id, part));
      return loss ? [{ instance, loss }] : [];
    });
    const missing = new Set(lost.map(({ instance }) => instance.id));
    if (missing.size > 0) this.#missing.set(server.id, missing);
    const seen = instances.filter(({ id }) => !missing.has(id));
    // A look is not a change: updatedAt stays.
    await this.#prisma
      .$executeRaw`UPDATE instances SET last_seen_at = now() WHERE id = ANY(${seen.map(({ id }) => id)}::uuid[])`;
    for (const instance of seen) if (instance.status === 'failed') await this.#found(server, instance);
    for (const { instance, loss } of lost)
      if (instance.status === 'running' && missed?.has(instance.id)) await this.#lost(server, instance, loss);
    return undefined;
  }

  /** What an operation works on is its own to tell. */
  async #lost(server: Server, instance: Watched, { reason, message }: Loss): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      if ((await tx.operation.count({ where: { resourceId: instance.id, ...liveOperation } })) > 0) return;
      const data = { status: 'failed' as const, statusMessage: message, lostAt: new Date() };
      await change(tx, server, instance, { from: { status: 'running' }, data, action: 'instance.error', reason });
    });
  }

  async #found(server: Server, instance: Watched): Promise<void> {
    const from = { status: 'failed' as const, lostAt: { not: null } };
    const data = { status: 'running' as const, statusMessage: null, lostAt: null };
    await this.#prisma.$transaction((tx) =>
      change(tx, server, instance, { from, data, action: 'instance.started', reason: null }),
    );
  }
}

function lossOf(instance: Watched, stateOf: (part: string) => string | undefined): Loss | undefined {
  for (const { part, name } of partsOf(instance)) {
    const state = stateOf(part);
    if (state === undefined)
      return {
        reason: 'container_missing',
        message: `The ${name} container no longer exists on the server. Start the instance to create it again.`,
      };
    if (state !== 'running')
      return {
        reason: 'container_stopped',
        message: `The ${name} container ${state === 'restarting' ? 'restarts again and again' : 'is not running'}. Read its log, then start the instance.`,
      };
  }
  return undefined;
}
