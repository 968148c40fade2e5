import type { Pool } from 'pg';
import { AppError } from '../errors.ts';
import type { AccessTokens } from '../identity/index.ts';
import { type Access, anonymous, type Impersonator, type OrgRef, sessionEnded } from '../access/access.ts';
import { organizationDeactivated } from '../access/deactivated.ts';
import { hashApiKey, isApiKey } from '../access/api-key.ts';
import { type Grants, grantsOf, type GrantRow, narrow, onlyViews } from '../access/grants.ts';
import { ipAllowed } from '../access/ip-range.ts';
import { noteKeyUse } from './key-use.ts';
import { noteSessionUse } from './session-use.ts';

/** What a request brings to say who it is. */
export interface Credentials {
  /** The access token or API key, or null. */
  token: string | null;
  orgSlug: string | null;
  ipAddress: string | null;
  /** Whether only those with a verified e-mail address may work in an organization. */
  verifiedOnly: boolean;
}

interface PersonRow {
  user_id: string;
  user_name: string;
  is_admin: boolean;
  verified: boolean;
  org_id: string | null;
  org_name: string | null;
  org_slug: string | null;
  org_status: string | null;
  require_two_factor: boolean | null;
  require_passkey: boolean | null;
  grants: GrantRow[] | null;
}

const grants = `LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('name', r.name, 'isSystem', r.is_system, 'permissions', r.permissions, 'projectId', g.project_id)) AS grants
    FROM (SELECT m.role_id, NULL::uuid AS project_id UNION ALL SELECT a.role_id, a.project_id FROM role_assignments a WHERE a.membership_id = m.id) g
    JOIN roles r ON r.id = g.role_id) granted ON true`;

// One statement says who it is, whether the session lives, and what the roles allow now: a revoked session or a changed
// role takes effect on the very next request of every process, with nothing to invalidate.
const sessionText = `
  SELECT u.id AS user_id, u.name AS user_name, u.is_admin, u.email_verified_at IS NOT NULL AS verified, s.strong, s.method, o.id AS org_id, o.name AS org_name, o.slug AS org_slug, o.status AS org_status,
    o.require_two_factor, o.require_passkey, s.created_at < now() - make_interval(hours => o.session_max_hours) AS too_old, granted.grants,
    s.last_seen_at < now() - interval '1 minute' AS note,
    i.id AS impersonator_id, i.name AS impersonator_name, s.impersonation_reason, s.expires_at
  FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN users i ON i.id = s.impersonator_id
  LEFT JOIN (organizations o JOIN memberships m ON m.org_id = o.id) ON o.slug = $2 AND m.user_id = u.id
  ${grants}
  WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND u.deactivated_at IS NULL
    AND (s.impersonator_id IS NULL OR (i.is_admin AND i.deactivated_at IS NULL AND NOT u.is_admin))`;

const keyText = `
  SELECT u.id AS user_id, u.name AS user_name, false AS is_admin, u.email_verified_at IS NOT NULL AS verified, o.id AS org_id, o.name AS org_name, o.slug AS org_slug, o.status AS org_status, granted.grants,
    k.id AS key_id, k.name AS key_name, k.permissions, k.project_limited, k.project_ids, k.allowed_ips,
    extract(epoch FROM CASE WHEN k.hash = $1 THEN k.expires_at ELSE least(k.expires_at, k.previous_expires_at) END)::float8 AS ends,
    k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute' OR k.last_used_ip IS DISTINCT FROM $2 AS note
  FROM api_keys k JOIN users u ON u.id = k.user_id JOIN organizations o ON o.id = k.org_id JOIN memberships m ON m.org_id = k.org_id AND m.user_id = k.user_id
  ${grants}
  WHERE (k.hash = $1 OR (k.previous_hash = $1 AND k.previous_expires_at > now())) AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
    AND u.deactivated_at IS NULL`;

type SessionRow = PersonRow & {
  strong: boolean;
  method: string;
  too_old: boolean | null;
  note: boolean;
  impersonator_id: string | null;
  impersonator_name: string | null;
  impersonation_reason: string | null;
  expires_at: Date;
};
type KeyRow = PersonRow & {
  key_id: string;
  key_name: string;
  permissions: string[];
  project_limited: boolean;
  project_ids: string[];
  allowed_ips: string[];
  ends: number | null;
  note: boolean;
};

function orgOf(row: PersonRow, { orgSlug: wanted, verifiedOnly }: Credentials): OrgRef | null {
  if (row.org_id === null || row.org_slug === null || row.org_name === null || (wanted && wanted !== row.org_slug)) {
    if (wanted)
      throw new AppError('not_found', `You do not belong to an organization ${wanted}`, {
        resource: 'organization',
        slug: wanted,
      });
    return null;
  }
  if (verifiedOnly && !row.verified)
    throw new AppError(
      'email_not_verified',
      'Verify your e-mail address first: open the link in the e-mail, or request a new one',
      { email: 'unverified' },
    );
  return { id: row.org_id, slug: row.org_slug, name: row.org_name };
}

/** What somebody may do in the organization that the request names, or why they cannot work there. */
function placeOf<Row extends PersonRow>(
  row: Row,
  credentials: Credentials,
  check: (row: Row) => void,
): Grants & { org: OrgRef | null; orgRefused?: AppError; orgFrozen?: AppError } {
  try {
    const org = orgOf(row, credentials);
    if (!org) return { org, ...grantsOf([]) };
    check(row);
    const granted = grantsOf(row.grants ?? []);
    // An organization that is being deleted can only be looked at.
    if (row.org_status === 'removing') return { org, ...onlyViews(granted) };
    return {
      org,
      ...granted,
      ...(row.org_status === 'deactivated' ? { orgFrozen: organizationDeactivated(org) } : {}),
    };
  } catch (error) {
    // Clients send the header everywhere, also to what has no organization: there it must not stand in the way.
    if (error instanceof AppError) return { org: null, orgRefused: error, ...grantsOf([]) };
    throw error;
  }
}

/** The organization's own rules for the sessions that work in it. */
function checkSession(row: SessionRow): void {
  // Nobody signed in as the person: the administrator's own sign-in had a second factor.
  if (row.impersonator_id !== null) return;
  if (row.too_old)
    throw new AppError('reauthentication_required', 'This organization limits the length of sessions; sign in again', {
      limit: 'session_length',
    });
  if (row.require_passkey && row.method !== 'passkey')
    throw new AppError('two_factor_required', 'This organization requires signing in with a passkey', {
      method: 'passkey',
    });
  if (row.require_two_factor && !row.strong)
    throw new AppError(
      'two_factor_required',
      'This organization requires two-factor authentication: set up TOTP or a passkey, then sign in with it',
      { method: 'totp_or_passkey' },
    );
}

/** How to become one who is let in, for an administrator who has no second factor or signed in without it. */
export const adminNeedsSecondFactor = (): AppError =>
  new AppError(
    'two_factor_required',
    'Administrators need a second factor: set up TOTP (POST /api/user/totp/setup and /api/user/totp/enable) or a passkey, then sign in with it',
    { method: 'totp_or_passkey', actor: 'admin' },
  );

function impersonatorOf(row: SessionRow): Impersonator | null {
  if (row.impersonator_id === null) return null;
  return {
    id: row.impersonator_id,
    name: row.impersonator_name ?? '',
    reason: row.impersonation_reason ?? '',
    expiresAt: row.expires_at,
  };
}

const onBehalf = (impersonator: Impersonator | null) =>
  impersonator ? { administrator: { id: impersonator.id, name: impersonator.name } } : {};

async function withSession(
  pool: Pool,
  tokens: AccessTokens,
  credentials: Credentials & { token: string },
): Promise<Access> {
  const claims = await tokens.verify(credentials.token);
  const { rows } = await pool.query<SessionRow>({
    name: 'session',
    text: sessionText,
    values: [claims.sid, credentials.orgSlug ?? ''],
  });
  const row = rows[0];
  if (!row) throw sessionEnded();
  const impersonator = impersonatorOf(row);
  if (row.note) noteSessionUse(pool, claims.sid, credentials.ipAddress);
  return {
    actor: { type: 'user', id: row.user_id, name: row.user_name, ...onBehalf(impersonator) },
    userId: row.user_id,
    sessionId: claims.sid,
    apiKeyId: null,
    isAdmin: row.is_admin && row.strong,
    ...(row.is_admin && !row.strong ? { adminRefused: adminNeedsSecondFactor() } : {}),
    impersonator,
    ...placeOf(row, credentials, checkSession),
    expiresAt: claims.exp,
  };
}

export const keyRefused = (): AppError =>
  new AppError('unauthenticated', 'The API key is not valid: it is unknown, has expired or was revoked');

async function withApiKey(pool: Pool, credentials: Credentials & { token: string }): Promise<Access> {
  const { rows } = await pool.query<KeyRow>({
    name: 'api key',
    text: keyText,
    values: [hashApiKey(credentials.token), credentials.ipAddress],
  });
  const row = rows[0];
  if (!row) throw keyRefused();
  if (!ipAllowed(credentials.ipAddress, row.allowed_ips))
    throw new AppError('forbidden', 'The API key may not be used from this address', { ip: credentials.ipAddress });
  const { org, orgRefused, orgFrozen, ...granted } = placeOf(row, credentials, () => {});
  if (row.note) noteKeyUse(pool, row.key_id, credentials.ipAddress);
  return {
    actor: { type: 'api_key', id: row.key_id, name: row.key_name },
    userId: row.user_id,
    sessionId: null,
    apiKeyId: row.key_id,
    isAdmin: false,
    impersonator: null,
    org,
    ...(orgRefused ? { orgRefused } : {}),
    ...(orgFrozen ? { orgFrozen } : {}),
    ...narrow(granted, {
      permissions: row.permissions,
      projectLimited: row.project_limited,
      projectIds: row.project_ids,
    }),
    expiresAt: row.ends,
  };
}

/**
 * Turns a token and X-Org-Slug into what the request may do. An organization that one is not in is 404. An API key
 * belongs to one organization, which it need not name.
 */
export function authenticate(pool: Pool, tokens: AccessTokens, credentials: Credentials): Promise<Access> {
  const { token } = credentials;
  if (token === null) return Promise.resolve(anonymous);
  return isApiKey(token)
    ? withApiKey(pool, { ...credentials, token })
    : withSession(pool, tokens, { ...credentials, token });
}

/** The token of an Authorization header. */
export function bearerOf(authorization: string | null): string | null {
  if (!authorization) return null;
  const token = /^Bearer ([^\s]+)$/i.exec(authorization)?.[1];
  if (!token) throw new AppError('unauthenticated', 'The Authorization header must be: Bearer <token>');
  return token;
}
