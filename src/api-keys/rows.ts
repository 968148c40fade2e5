import type { ApiKey, Organization } from '../../prisma/generated/client/client.ts';
import { requireActor } from '../access/access.ts';
import type { OrgScope } from '../access/scope.ts';
import { AppError, notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { page, type PageArgs, foundById } from '../lists.ts';
import { keysOf } from './limits.ts';

export type KeyStatus = 'active' | 'expired' | 'revoked';
/** `key` only in the response that made it; whose it is only where an administrator of the installation asks. */
export type KeyRow = ApiKey & {
  key?: string;
  org?: Organization;
  user?: { id: string; email: string; name: string; avatarUrl: string | null };
};

export function keyStatusOf(row: ApiKey): KeyStatus {
  if (row.revokedAt) return 'revoked';
  return row.expiresAt && row.expiresAt <= new Date() ? 'expired' : 'active';
}

export const shown = ({ name, permissions, projectIds, allowedIps, expiresAt }: ApiKey) => ({
  name,
  permissions,
  projectIds,
  allowedIps,
  expiresAt: expiresAt?.toISOString() ?? null,
});

export async function getApiKey(scope: OrgScope, id: string): Promise<KeyRow> {
  const whose = keysOf(scope.access, 'view:api_keys');
  const key = isId(id) ? await scope.db.apiKey.findFirst({ where: { id, orgId: scope.orgId, ...whose } }) : null;
  if (!key) throw notFound('API key', id);
  return key;
}

export async function currentApiKey(scope: OrgScope): Promise<KeyRow> {
  requireActor(scope.access);
  const key = scope.access.apiKeyId ? await scope.db.apiKey.findFirst({ where: { id: scope.access.apiKeyId } }) : null;
  if (!key) throw new AppError('not_found', 'This request was not made with an API key', { resource: 'API key' });
  return key;
}

export function listApiKeys(scope: OrgScope, args: PageArgs & { includeRevoked?: boolean | null | undefined }) {
  const whose = keysOf(scope.access, 'view:api_keys');
  const where = { orgId: scope.orgId, ...whose, ...(args.includeRevoked ? {} : { revokedAt: null }) };
  return page(`api keys of ${scope.orgId}`, args, {
    find: (seek) => scope.db.apiKey.findMany(foundById(where, seek)),
    count: () => scope.db.apiKey.count({ where }),
  });
}
