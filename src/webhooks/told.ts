import type { Access } from '../access/access.ts';
import type { Permission } from '../access/permissions.ts';
import { AppError } from '../errors.ts';
import { organizationCatalogue, organizationEvent } from '../events/catalogue/catalogue.ts';
import { isAsked, sightOf, typesOf } from '../events/filter.ts';

/** What decides which events an endpoint is told. */
export interface Told {
  readonly events: readonly string[];
  readonly permissions: readonly string[];
  readonly projectIds: readonly string[];
}

/** Where the events of an endpoint are: in single projects, or in the whole organization. */
type Where = readonly string[];

const missingError = (missing: readonly Permission[], what: string): AppError =>
  new AppError('forbidden', `${what} needs permissions that you do not have there: ${missing.join(', ')}`, {
    missing,
  });

/** Whether the caller sees what this permission shows, everywhere where the endpoint's events are. */
function seesThere(access: Access, types: ReadonlySet<string>, projectIds: Where): (permission: Permission) => boolean {
  const reaches = new Map(
    sightOf(access, types).flatMap(({ types: [type = ''], projects }) => {
      const permission = organizationEvent(type)?.permission;
      return permission ? [[permission, projects] as const] : [];
    }),
  );
  return (permission) => {
    const reach = reaches.get(permission);
    if (reach === undefined || reach === 'all') return reach === 'all';
    return projectIds.length > 0 && projectIds.every((id) => reach.has(id));
  };
}

const permissionsOf = (types: Iterable<string>): Permission[] =>
  [...new Set([...types].flatMap((type) => organizationEvent(type)?.permission ?? []))].sort();

/**
 * The permissions whose events an endpoint is sent, for whoever chooses its events: nobody is told through an endpoint what
 * they do not see. What is asked for by name must all be seen; a wildcard gives what of it is.
 */
export function grantedTo(access: Access, events: readonly string[], projectIds: Where): Permission[] {
  const types = typesOf({ types: events }, 'events');
  const sees = seesThere(access, types, projectIds);
  const named = permissionsOf(events).filter((permission) => !sees(permission));
  if (named.length > 0) throw missingError(named, 'An event in events');
  const all = permissionsOf(types);
  const granted = all.filter(sees);
  if (granted.length === 0) throw missingError(all, 'Every event in events');
  return granted;
}

/** Refuses to change an endpoint that is told what the caller does not see: it could be pointed at the caller's own receiver. */
export function requireSees(access: Access, { events, permissions, projectIds }: Told): void {
  const types = Object.keys(organizationCatalogue).filter((name) => events.some((asked) => isAsked(asked, name)));
  const sees = seesThere(access, new Set(types), projectIds);
  const missing = permissionsOf(types).filter((permission) => permissions.includes(permission) && !sees(permission));
  if (missing.length > 0) throw missingError(missing, 'This endpoint');
}

const compiled = new Map<string, ReadonlySet<string>>();

/** The types that an endpoint is told. Endpoints with the same filters share it. */
export function typesTold({ events, permissions }: Pick<Told, 'events' | 'permissions'>): ReadonlySet<string> {
  const key = JSON.stringify([events, permissions]);
  const known = compiled.get(key);
  if (known) return known;
  const types = Object.entries(organizationCatalogue)
    .filter(([name, { permission }]) => permissions.includes(permission) && events.some((one) => isAsked(one, name)))
    .map(([name]) => name);
  if (compiled.size >= 1000) compiled.clear();
  const made = new Set(types);
  compiled.set(key, made);
  return made;
}
