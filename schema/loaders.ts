import DataLoader from 'dataloader';
import type { Environment, Project, Role, Server } from '../prisma/generated/client/client.ts';
import { type Access, reachOf, requireOrg, requirePerson } from '../src/access/access.ts';
import type { Permission } from '../src/access/permissions.ts';
import type { OrgScope } from '../src/access/scope.ts';
import type { App } from '../src/app.ts';
import { type EnvironmentInstance, instancesOfEnvironments } from '../src/instances/index.ts';
import type { Page, PageArgs } from '../src/lists.ts';
import { ListsOfEach, type SourceOfEach } from '../src/lists-of-each.ts';
import { type LiveOperation, liveOperationsOf } from '../src/operations/service.ts';
import { rolesOf } from '../src/members/index.ts';
import { openTo, projectsOfServers } from '../src/servers/index.ts';
import { type Context, orgScope } from './context.ts';

/** An account as other members of the organization see it. */
export interface PersonRow {
  id: string;
  email: string;
  name: string;
  avatarUrl: string | null;
}

interface Loaders {
  server: DataLoader<string, Server | null>;
  seenServer: DataLoader<string, Server | null>;
  environment: DataLoader<string, Environment | null>;
  project: DataLoader<string, Project | null>;
  environmentInstance: DataLoader<string, (EnvironmentInstance & { id: string }) | null>;
  currentOperation: DataLoader<string, { id: string; operation: LiveOperation } | null>;
  person: DataLoader<string, PersonRow | null>;
  roleUse: DataLoader<string, RoleUse | null>;
  serverProjects: DataLoader<string, { id: string; projectIds: string[] } | null>;
}

interface RoleUse {
  id: string;
  members: number;
  assignments: number;
}

const loaders = new WeakMap<Access, Loaders>();

function loaderOf<Row extends { id: string }>(find: (ids: string[]) => Promise<Row[]>): DataLoader<string, Row | null> {
  // A subscription lives long: what it read before must not be given again, so nothing is kept beyond its batch.
  return new DataLoader(
    async (ids) => {
      const rows = new Map((await find([...new Set(ids)])).map((row) => [row.id, row]));
      return ids.map((id) => rows.get(id) ?? null);
    },
    { cache: false },
  );
}

/** Reads what rows of a list refer to, in one statement a kind, however many rows ask for it. */
function loadersOf({ app, access }: Context): Loaders {
  const known = loaders.get(access);
  if (known) return known;
  const orgId = requireOrg(access).id;
  const db = app.db.tenants.of(orgId);
  const made: Loaders = {
    server: loaderOf((ids) => db.server.findMany({ where: { orgId, id: { in: ids } } })),
    seenServer: loaderOf((ids) =>
      db.server.findMany({ where: { orgId, id: { in: ids }, ...openTo(reachOf(access, 'view:servers')) } }),
    ),
    environment: loaderOf((ids) => db.environment.findMany({ where: { orgId, id: { in: ids } } })),
    project: loaderOf((ids) => db.project.findMany({ where: { orgId, id: { in: ids } } })),
    environmentInstance: loaderOf((ids) => instancesOfEnvironments(db, orgId, ids)),
    currentOperation: loaderOf((ids) => liveOperationsOf(db, orgId, ids)),
    person: loaderOf((ids) =>
      db.user.findMany({ where: { id: { in: ids } }, select: { id: true, email: true, name: true, avatarUrl: true } }),
    ),
    serverProjects: loaderOf((ids) => projectsOfServers(db, orgId, reachOf(access, 'view:projects'), ids)),
    roleUse: loaderOf(async (ids) => {
      const rows = await db.role.findMany({
        where: { orgId, id: { in: ids } },
        select: { id: true, _count: { select: { memberships: true, assignments: true } } },
      });
      return rows.map(({ id, _count }) => ({ id, members: _count.memberships, assignments: _count.assignments }));
    }),
  };
  loaders.set(access, made);
  return made;
}

export function sees(context: Context, permission: Permission, projectId: string | null): boolean {
  const reach = reachOf(context.access, permission);
  return reach === 'all' || (projectId !== null && reach.has(projectId));
}

/**
 * The lists of many parents, which are read together when they are asked for with the same arguments at the same time.
 * A subscription lives long: nothing is kept beyond that.
 */
export function pagesOf<Args extends PageArgs, Row extends { id: string; name?: string }>(
  permission: Permission,
  source: (app: App, scope: OrgScope, args: Args) => SourceOfEach<Row>,
): (context: Context, parentId: string, args: Args) => Promise<Page<Row>> {
  const open = new WeakMap<Access, Map<string, ListsOfEach<Row>>>();
  return (context, parentId, args) => {
    const mine = open.get(context.access) ?? new Map<string, ListsOfEach<Row>>();
    open.set(context.access, mine);
    const key = JSON.stringify(args);
    const lists =
      mine.get(key) ??
      new ListsOfEach(source(context.app, orgScope(context, permission), args), () => mine.delete(key));
    mine.set(key, lists);
    return lists.page(parentId);
  };
}

/** The server, where the caller may see it; null otherwise. */
export async function visibleServer(context: Context, id: string): Promise<Server | null> {
  return loadersOf(context).seenServer.load(id);
}

/** The projects that a server is open to, of those that the caller sees. */
export async function projectIdsOf(context: Context, serverId: string): Promise<string[]> {
  return (await loadersOf(context).serverProjects.load(serverId))?.projectIds ?? [];
}

export async function visibleEnvironment(context: Context, id: string, projectId: string): Promise<Environment | null> {
  return sees(context, 'view:environments', projectId) ? loadersOf(context).environment.load(id) : null;
}

export async function visibleProject(context: Context, id: string): Promise<Project | null> {
  return sees(context, 'view:projects', id) ? loadersOf(context).project.load(id) : null;
}

/** The instance of an environment; null if it has none, undefined if the caller may not see it. */
export async function instanceOf(
  context: Context,
  { id, projectId }: { id: string; projectId: string },
): Promise<EnvironmentInstance | null | undefined> {
  return sees(context, 'view:instances', projectId) ? loadersOf(context).environmentInstance.load(id) : undefined;
}

/** The operation that works on an instance, where the caller may see operations. */
export async function currentOperationOf(
  context: Context,
  { id, projectId }: { id: string; projectId: string },
): Promise<LiveOperation | null> {
  if (!sees(context, 'view:operations', projectId)) return null;
  return (await loadersOf(context).currentOperation.load(id))?.operation ?? null;
}

/** The project of something that the caller sees: a default of it needs no permission of its own. */
export async function projectOf(context: Context, id: string): Promise<Project | null> {
  return loadersOf(context).project.load(id);
}

/** The address under which an instance's server is reached: part of the instance's URL, so it needs no permission of its own. */
export async function hostOf(context: Context, serverId: string): Promise<string | null> {
  return (await loadersOf(context).server.load(serverId))?.host ?? null;
}

/** A member of the organization; null for somebody who is none any more. */
export async function personOf(context: Context, userId: string | null): Promise<PersonRow | null> {
  return userId === null ? null : loadersOf(context).person.load(userId);
}

export async function roleUse(context: Context, role: Role): Promise<{ members: number; assignments: number }> {
  const none = { members: 0, assignments: 0 };
  return role.orgId === context.access.org?.id ? ((await loadersOf(context).roleUse.load(role.id)) ?? none) : none;
}

/** A loader of what lies in no organization: one for each operation. */
export function loaderFor<Row extends { id: string }>(
  find: (context: Context, ids: string[]) => Promise<Row[]>,
): (context: Context) => DataLoader<string, Row | null> {
  const made = new WeakMap<Context, DataLoader<string, Row | null>>();
  return (context) => {
    const loader = made.get(context) ?? loaderOf((ids) => find(context, ids));
    made.set(context, loader);
    return loader;
  };
}

const myRoles = loaderFor(({ app, access }, ids) => rolesOf(app, requirePerson(access).userId, ids));

/** The person's own role in an organization, whichever X-Org-Slug names. */
export async function myRoleIn(context: Context, orgId: string): Promise<Role | null> {
  const { userId, sessionId } = context.access;
  return userId && sessionId ? ((await myRoles(context).load(orgId))?.role ?? null) : null;
}
