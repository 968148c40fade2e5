import { AppError } from '../errors.ts';
import type { Permission } from './permissions.ts';

/** Who acts. `system` is the program itself: the monitor, the reconciler. */
export interface Actor {
  type: 'user' | 'api_key' | 'system';
  id: string | null;
  name: string;
}

export interface OrgRef {
  id: string;
  slug: string;
  name: string;
}

/** What one request may do: made once a request from its credentials and X-Org-Slug, asked everywhere. */
export interface Access {
  readonly actor: Actor | null;
  readonly sessionId: string | null;
  readonly org: OrgRef | null;
  readonly permissions: ReadonlySet<Permission>;
  /** Seconds since 1970 at which the credential ends, or null. */
  readonly expiresAt: number | null;
}

export const anonymous: Access = { actor: null, sessionId: null, org: null, permissions: new Set(), expiresAt: null };

/** The proven tenant boundary: services take this, never a bare organization id. */
export interface OrgScope {
  readonly orgId: string;
  readonly actor: Actor;
  readonly requestId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

export function requireActor(access: Access): Actor {
  if (access.actor) return access.actor;
  throw new AppError('unauthenticated', 'Sign in first: send Authorization: Bearer <token>');
}

export function requireOrg(access: Access): OrgRef {
  requireActor(access);
  if (access.org) return access.org;
  throw new AppError('bad_request', 'Name the organization in the X-Org-Slug header', { header: 'X-Org-Slug' });
}

export function requirePermission(access: Access, permission: Permission): void {
  requireOrg(access);
  if (access.permissions.has(permission)) return;
  throw new AppError('forbidden', `This needs the permission ${permission}`, { permission });
}
