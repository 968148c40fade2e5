import { AppError } from '../errors.ts';
import type { Administrator } from './client.ts';
import { isProjectPermission, type Permission } from './permissions.ts';

/** Who acts. `system` is the program itself: the monitor, the reconciler. */
export interface Actor {
  type: 'user' | 'api_key' | 'system';
  id: string | null;
  name: string;
  /** An administrator of the installation who acts in the name of the user. */
  administrator?: Administrator;
}

/** oCore itself, as who it does something by itself or in the end. */
export const itself: Actor = { type: 'system', id: null, name: 'oCore' };

/** An administrator who works on behalf of somebody else, until when, and why. */
export interface Impersonator extends Readonly<Administrator> {
  readonly reason: string;
  readonly expiresAt: Date;
}

export interface OrgRef {
  id: string;
  slug: string;
  name: string;
}

/** What one request may do: made once a request from its credentials and X-Org-Slug, asked everywhere. */
export interface Access {
  readonly actor: Actor | null;
  /** The person: who signed in, or who made the API key. */
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly apiKeyId: string | null;
  /** Whether the person administers this installation: never with an API key, nor without a second factor. */
  readonly isAdmin: boolean;
  /** Why an administrator is not treated as one. */
  readonly adminRefused?: AppError;
  /** The administrator who works in the person's name. */
  readonly impersonator: Impersonator | null;
  readonly org: OrgRef | null;
  /** Whether the person is an Owner of the organization; never with an API key. */
  readonly isOwner: boolean;
  /** What counts in the whole organization. */
  readonly permissions: ReadonlySet<Permission>;
  /** What counts in single projects only, by project. */
  readonly projects: ReadonlyMap<string, ReadonlySet<Permission>>;
  /** Seconds since 1970 at which the credential ends, or null. */
  readonly expiresAt: number | null;
  /** Why the credential does not count: said where somebody must be signed in, silent where anyone may come. */
  readonly refused?: AppError;
  /** Why the organization of X-Org-Slug cannot be worked in: said where one is needed, silent elsewhere. */
  readonly orgRefused?: AppError;
  /** Why nothing can be changed in the organization. */
  readonly orgFrozen?: AppError;
  /** Why nothing can be changed in the whole installation. */
  readonly frozen?: AppError;
}

export const anonymous: Access = {
  actor: null,
  userId: null,
  sessionId: null,
  apiKeyId: null,
  isAdmin: false,
  impersonator: null,
  org: null,
  isOwner: false,
  permissions: new Set(),
  projects: new Map(),
  expiresAt: null,
};

/** What wakes those who hold this access when it changes: the person's and, with an API key, the key's. */
export function accessTopics(access: Access): `access:${string}`[] {
  return [access.userId, access.apiKeyId].filter((id) => id !== null).map((id): `access:${string}` => `access:${id}`);
}

export function requireActor(access: Access): Actor {
  if (access.actor) return access.actor;
  if (access.refused) throw access.refused;
  throw new AppError('unauthenticated', 'Sign in first: send Authorization: Bearer <token>');
}

/** The session, or the account with it, is gone. */
export function sessionEnded(): AppError {
  return new AppError('unauthenticated', 'The session has ended; sign in again');
}

/** A person in a session: what an API key can never stand in for. Gives the user's id and the session's. */
export function requirePerson(access: Access): { userId: string; sessionId: string } {
  requireActor(access);
  if (access.userId && access.sessionId) return { userId: access.userId, sessionId: access.sessionId };
  throw new AppError('forbidden', 'Only a signed-in user can do this, not an API key', { actor: 'person' });
}

export function requireAdmin(access: Access): void {
  requirePerson(access);
  if (access.adminRefused) throw access.adminRefused;
  if (!access.isAdmin)
    throw new AppError('forbidden', 'Only the administrator of this installation can do this', { actor: 'admin' });
}

/** What belongs to the person alone: an administrator who works in the person's name does not touch it. */
export function requireOneself(access: Access): void {
  if (access.impersonator === null) return;
  throw new AppError(
    'not_while_impersonating',
    'You cannot do this on behalf of somebody else: it belongs to the user alone',
    { actor: 'person' },
  );
}

export function requireOrg(access: Access): OrgRef {
  requireActor(access);
  if (access.org) return access.org;
  if (access.orgRefused) throw access.orgRefused;
  throw new AppError('bad_request', 'Name the organization in the X-Org-Slug header', { header: 'X-Org-Slug' });
}

export function requireOwner(access: Access): void {
  requireOrg(access);
  if (!access.isOwner)
    throw new AppError('forbidden', 'Only an Owner of the organization can do this', { role: 'Owner' });
}

/** Whether the permission is held somewhere: in the organization, or in some project where it is about a project's things. */
export function holds(access: Access, permission: Permission): boolean {
  if (access.permissions.has(permission)) return true;
  return isProjectPermission(permission) && [...access.projects.values()].some((granted) => granted.has(permission));
}

export function requirePermission(access: Access, permission: Permission): void {
  requireOrg(access);
  if (!holds(access, permission))
    throw new AppError('forbidden', `This needs the permission ${permission}`, { permission });
}

/** The projects that a permission reaches. */
export type Reach = 'all' | ReadonlySet<string>;

export function reachOf(access: Access, permission: Permission): Reach {
  if (access.permissions.has(permission)) return 'all';
  if (!isProjectPermission(permission)) return new Set();
  return new Set([...access.projects].filter(([, granted]) => granted.has(permission)).map(([id]) => id));
}
