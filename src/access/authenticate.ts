import type { Pool } from 'pg';
import { AppError } from '../errors.ts';
import type { AccessTokens } from '../identity/tokens.ts';
import { type Access, anonymous } from './access.ts';
import { expand } from './permissions.ts';

interface AccessRow {
  user_id: string;
  user_name: string;
  org_id: string | null;
  org_name: string | null;
  org_slug: string | null;
  permissions: string[] | null;
}

// One statement says who it is, whether the session lives, and what the role allows now: a revoked session or a changed
// role takes effect on the very next request of every process, with nothing to invalidate.
const text = `
  SELECT u.id AS user_id, u.name AS user_name, o.id AS org_id, o.name AS org_name, o.slug AS org_slug, r.permissions
  FROM sessions s JOIN users u ON u.id = s.user_id
  LEFT JOIN organizations o ON o.slug = $2 AND EXISTS (SELECT 1 FROM memberships x WHERE x.org_id = o.id AND x.user_id = u.id)
  LEFT JOIN memberships m ON m.org_id = o.id AND m.user_id = u.id
  LEFT JOIN roles r ON r.id = m.role_id
  WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > now()`;

/** Turns `Authorization` and `X-Org-Slug` into what the request may do. An organization that one is not in is 404. */
export async function authenticate(pool: Pool, tokens: AccessTokens, authorization: string | null, orgSlug: string | null): Promise<Access> {
  if (!authorization) return anonymous;
  const token = /^Bearer ([^\s]+)$/i.exec(authorization)?.[1];
  if (!token) throw new AppError('unauthenticated', 'The Authorization header must be: Bearer <token>');
  const claims = await tokens.verify(token);
  const { rows } = await pool.query<AccessRow>({ name: 'access', text, values: [claims.sid, orgSlug ?? ''] });
  const row = rows[0];
  if (!row) throw new AppError('unauthenticated', 'The session has ended; sign in again');
  if (orgSlug && !row.org_id) throw new AppError('not_found', `There is no organization ${orgSlug} that you belong to`, { resource: 'organization', slug: orgSlug });
  return {
    actor: { type: 'user', id: row.user_id, name: row.user_name },
    sessionId: claims.sid,
    org: row.org_id && row.org_slug && row.org_name ? { id: row.org_id, slug: row.org_slug, name: row.org_name } : null,
    permissions: expand(row.permissions ?? []),
    expiresAt: claims.exp,
  };
}
