import { type Access, type Reach, reachOf } from '../access/access.ts';
import type { Permission } from '../access/permissions.ts';
import { validationError } from '../errors.ts';
import { organizationCatalogue, organizationEvent } from './catalogue/catalogue.ts';
import { familyOf } from './catalogue/former-names.ts';

export interface EventFilter {
  /** Names and families (`server.*`); several can stand in one text, separated by commas. */
  types?: readonly string[] | null | undefined;
  projectId?: string | null | undefined;
}

const all = Object.keys(organizationCatalogue);

/** Whether a name is, or is in the family of, what is asked for; `*` asks for all. */
export function isAsked(asked: string, name: string): boolean {
  if (asked === '*') return true;
  const family = familyOf(asked);
  return family ? name.startsWith(family) : name === asked;
}

/** The names that are asked for; `field` is where mistakes are. */
export function typesOf({ types }: EventFilter, field = 'types'): ReadonlySet<string> {
  const asked = (types ?? []).flatMap((text) => text.split(',')).map((text) => text.trim());
  if (asked.length === 0) return new Set(all);
  const found = asked.map((text) => all.filter((name) => isAsked(text, name)));
  const unknown = asked.filter((_text, index) => found[index]?.length === 0);
  if (unknown.length > 0)
    throw validationError(
      unknown.slice(0, 20).map((text) => ({
        field,
        constraint: 'one_of',
        message: `${field}: there are no events ${JSON.stringify(text.slice(0, 100))}; see /docs/events`,
      })),
    );
  return new Set(found.flat());
}

/** Which events of which projects somebody may see. */
export interface Sight {
  readonly types: readonly string[];
  readonly projects: Reach;
}

/** What of the asked types the access shows, by the permission of each. What the catalogue does not know, nobody sees. */
export function sightOf(access: Access, types: ReadonlySet<string>): Sight[] {
  const byPermission = new Map<Permission, string[]>();
  for (const type of types) {
    const permission = organizationEvent(type)?.permission;
    if (permission) byPermission.set(permission, [...(byPermission.get(permission) ?? []), type]);
  }
  return [...byPermission].map(([permission, names]) => ({ types: names, projects: reachOf(access, permission) }));
}

interface Seen {
  type: string;
  projectId: string | null;
}

export function isSeen(sight: readonly Sight[], { type, projectId }: Seen, filter: EventFilter): boolean {
  if (filter.projectId && filter.projectId.toLowerCase() !== projectId) return false;
  return sight.some(
    ({ types, projects }) =>
      types.includes(type) && (projects === 'all' || (projectId !== null && projects.has(projectId))),
  );
}
