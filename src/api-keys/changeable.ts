import type { ApiKey } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { Tx } from '../database/database.ts';
import { AppError, invalidState, notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { keysOf } from './limits.ts';

/** The key, which the caller may change; one that is only seen is 403. Its row is held until the transaction ends. */
export async function changeable(tx: Tx, scope: OrgScope, id: string): Promise<ApiKey> {
  const seen = keysOf(scope.access, 'view:api_keys');
  if (isId(id)) await tx.$queryRaw`SELECT 1 FROM api_keys WHERE id = ${id}::uuid FOR UPDATE`;
  const row = isId(id) ? await tx.apiKey.findFirst({ where: { id, orgId: scope.orgId, ...seen } }) : null;
  if (!row) throw notFound('API key', id);
  const mine = keysOf(scope.access, 'manage:api_keys');
  if (mine.userId && mine.userId !== row.userId)
    throw new AppError('forbidden', 'This key belongs to another user; that needs the permission manage:api_keys', {
      permission: 'manage:api_keys',
    });
  if (row.revokedAt) throw invalidState('API key', 'revoked', ['active']);
  return row;
}

export const isOwn = (scope: OrgScope, row: ApiKey): boolean =>
  scope.access.sessionId !== null && row.userId === scope.access.userId;
