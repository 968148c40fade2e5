import DataLoader from 'dataloader';
import type { Environment, Project, Server } from '../prisma/generated/client/client.ts';
import { type Access, reachOf, requireOrg } from '../src/access/access.ts';
import type { Permission } from '../src/access/permissions.ts';
import type { Context } from './context.ts';

interface Loaders {
  server: DataLoader<string, Server | null>;
  environment: DataLoader<string, Environment | null>;
  project: DataLoader<string, Project | null>;
}

const loaders = new WeakMap<Access, Loaders>();

function loaderOf<Row extends { id: string }>(find: (ids: string[]) => Promise<Row[]>): DataLoader<string, Row | null> {
  // A subscription lives long: what it read before must not be given again, so nothing is kept beyond its batch.
  return new DataLoader(async (ids) => {
    const rows = new Map((await find([...new Set(ids)])).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? null);
  }, { cache: false });
}

/** Reads what rows of a list refer to, in one statement a kind, however many rows ask for it. */
function loadersOf({ app, access }: Context): Loaders {
  const known = loaders.get(access);
  if (known) return known;
  const orgId = requireOrg(access).id;
  const db = app.db.tenants.of(orgId);
  const made: Loaders = {
    server: loaderOf((ids) => db.server.findMany({ where: { orgId, id: { in: ids } } })),
    environment: loaderOf((ids) => db.environment.findMany({ where: { orgId, id: { in: ids } } })),
    project: loaderOf((ids) => db.project.findMany({ where: { orgId, id: { in: ids } } })),
  };
  loaders.set(access, made);
  return made;
}

function sees(context: Context, permission: Permission, projectId: string | null): boolean {
  const reach = reachOf(context.access, permission);
  return reach === 'all' || (projectId !== null && reach.has(projectId));
}

/** The server, where the caller may see servers; null otherwise. */
export async function visibleServer(context: Context, id: string): Promise<Server | null> {
  return sees(context, 'view:servers', null) ? loadersOf(context).server.load(id) : null;
}

export async function visibleEnvironment(context: Context, id: string, projectId: string): Promise<Environment | null> {
  return sees(context, 'view:environments', projectId) ? loadersOf(context).environment.load(id) : null;
}

export async function visibleProject(context: Context, id: string): Promise<Project | null> {
  return sees(context, 'view:projects', id) ? loadersOf(context).project.load(id) : null;
}

/** The address under which an instance's server is reached: part of the instance's URL, so it needs no permission of its own. */
export async function hostOf(context: Context, serverId: string): Promise<string | null> {
  return (await loadersOf(context).server.load(serverId))?.host ?? null;
}
