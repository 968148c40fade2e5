import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { type FieldError, found, invalidState, validationError } from '../errors.ts';
import {
  askPooler,
  databaseSettingsOf,
  getInstance,
  instanceResource,
  leastPool,
  namesOf,
  poolerOf,
  poolerPort,
  type PoolerSettings,
  settingsOf,
  sizingOf,
} from '../instances/index.ts';
import { parse } from '../parse.ts';
import { connectServer } from '../servers/index.ts';
import { csvRecords } from './csv.ts';
import { configurePoolerKind } from './kinds.ts';
import { largestPool, poolerColumn, poolerSize } from './pooler-size.ts';

export const enableDatabasePoolerInput = z.object({
  mode: z
    .string()
    .max(20)
    .refine((mode) => mode === 'session', {
      message:
        'must be session: Odoo listens for notifications on its connections, which pooling by transaction or statement takes away from it',
      params: { constraint: 'one_of' },
    })
    .nullish(),
  poolSize: z.int().min(1).max(1000).nullish(),
  maxClients: z.int().min(10).max(10_000).nullish(),
});

const usualSize = 20;

async function wanted(app: App, scope: OrgScope, instance: Instance, given: unknown): Promise<PoolerSettings> {
  const input = parse(enableDatabasePoolerInput, given);
  const row = await scope.db.server.findFirst({
    where: { id: instance.serverId, orgId: scope.orgId },
    select: { cpuCores: true, ramTotalBytes: true },
  });
  const least = leastPool(settingsOf(instance), sizingOf(found(row, 'server', instance.serverId)));
  const poolSize = input.poolSize ?? Math.max(usualSize, least);
  const maxClients = input.maxClients ?? 500;
  const connections = Number(databaseSettingsOf(instance)['max_connections'] ?? 100);
  const most = largestPool(connections);
  const errors: FieldError[] = [];
  if (poolSize < least)
    errors.push({
      field: 'poolSize',
      constraint: 'min',
      message: `poolSize must be at least ${least}: Odoo’s processes hold so many connections at a time, and would wait for each other`,
    });
  if (poolSize > most)
    errors.push({
      field: 'poolSize',
      constraint: 'max',
      message: `poolSize must be at most ${most}: there is a pool for each of Odoo’s two databases, and PostgreSQL has max_connections = ${connections}. Raise max_connections first for more`,
    });
  if (maxClients < poolSize)
    errors.push({
      field: 'maxClients',
      constraint: 'min',
      message: `maxClients must be at least poolSize, which is ${poolSize}`,
    });
  if (errors.length > 0) throw validationError(errors);
  return { image: app.config.PGBOUNCER_IMAGE, poolSize, maxClients };
}

const idle = ['failed', 'stopped'] as const;

/** Of a running instance by an operation, which restarts Odoo and goes back if it is not healthy; else for the next start. */
async function change(app: App, scope: OrgScope, before: Instance, pooler: PoolerSettings | null) {
  const { id, serverId, projectId } = before;
  const fact = { resource: instanceResource, resourceId: id, resourceName: before.name, projectId } as const;
  const states = { before: poolerSize(poolerOf(before)), after: poolerSize(pooler) };
  if ((before.status === 'failed' || before.status === 'stopped') && before.provisionedAt !== null)
    return mutate(app, scope, async ({ tx, record }) => {
      const where = { id, orgId: scope.orgId, status: { in: [...idle] }, updatedAt: before.updatedAt };
      const kept = await tx.instance.updateMany({
        where,
        data: { ...poolerColumn(pooler), settingsPending: true, lostAt: null },
      });
      if (kept.count === 0) throw invalidState('instance', before.status, idle);
      await record({ action: 'database.pooler_saved', ...fact, ...states });
      const instance = await tx.instance.findUnique({ where: { id } });
      const message = 'Saved; Odoo uses it from the next start of the instance';
      return { instance: found(instance, 'instance', id), operation: null, message };
    });
  return mutate(app, scope, async ({ tx, record, start }) => {
    const input = { pooler, before: poolerOf(before) };
    const operation = await start(configurePoolerKind, { resourceId: id, serverId, projectId, input });
    const where = { id, orgId: scope.orgId, status: 'running' as const };
    const now = await tx.instance.updateMany({ where, data: { status: 'restarting' } });
    if (now.count === 0) throw invalidState('instance', before.status, ['running']);
    await record({ action: 'database.pooler_requested', ...fact, ...states });
    const instance = await tx.instance.findUnique({ where: { id } });
    const message = `Odoo restarts and connects ${pooler ? 'through PgBouncer' : 'to PostgreSQL itself'}`;
    return { instance: found(instance, 'instance', id), operation, message };
  });
}

export async function enableDatabasePooler(app: App, scope: OrgScope, id: string, given: unknown) {
  const before = await getInstance(scope, id);
  return change(app, scope, before, await wanted(app, scope, before, given));
}

export async function disableDatabasePooler(app: App, scope: OrgScope, id: string) {
  const before = await getInstance(scope, id);
  if (poolerOf(before) === null) throw invalidState('pooler', 'disabled', ['enabled']);
  return change(app, scope, before, null);
}

/** The connections to one database. */
export interface DatabasePool {
  database: string;
  clientsActive: number;
  clientsWaiting: number;
  longestWaitSeconds: number;
  serversActive: number;
  serversIdle: number;
}

export interface DatabasePooler {
  instanceId: string;
  enabled: boolean;
  mode: string;
  settings: PoolerSettings | null;
  host: string;
  port: number;
  /** Null where it does not answer. */
  version: string | null;
  pools: DatabasePool[];
}

/** The rows of what PgBouncer's console answers, whose columns grow with its releases. */
function rowsOf(csv: string): Map<string, string>[] {
  const [names = [], ...records] = csvRecords(csv);
  return records.map((record) => new Map(names.map((name, at) => [name, record[at] ?? ''])));
}
const figure = (row: Map<string, string>, name: string): number => Number(row.get(name)) || 0;

export async function databasePooler(app: App, scope: OrgScope, id: string): Promise<DatabasePooler> {
  const instance = await getInstance(scope, id);
  const settings = poolerOf(instance);
  const { pooler: host } = namesOf(id);
  const known = { instanceId: id, enabled: settings !== null, mode: 'session', settings, host, port: poolerPort };
  if (settings === null || instance.status !== 'running') return { ...known, version: null, pools: [] };
  const place = { instance, host: await connectServer(app, scope.orgId, instance.serverId) };
  const version = await askPooler(app, place, 'SHOW VERSION');
  const pools = version.code === 0 ? await askPooler(app, place, 'SHOW POOLS') : version;
  if (pools.code !== 0) return { ...known, version: null, pools: [] };
  const said = rowsOf(version.stdout)[0]?.values().next().value ?? '';
  return {
    ...known,
    version: /[0-9]+(\.[0-9]+)+/.exec(said)?.[0] ?? null,
    pools: rowsOf(pools.stdout)
      .filter((row) => row.get('database') !== 'pgbouncer')
      .map((row) => ({
        database: row.get('database') ?? '',
        clientsActive: figure(row, 'cl_active'),
        clientsWaiting: figure(row, 'cl_waiting'),
        longestWaitSeconds: figure(row, 'maxwait') + figure(row, 'maxwait_us') / 1e6,
        serversActive: figure(row, 'sv_active'),
        serversIdle: figure(row, 'sv_idle') + figure(row, 'sv_used') + figure(row, 'sv_tested'),
      })),
  };
}
