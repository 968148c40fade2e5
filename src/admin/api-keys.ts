import type { Prisma } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { type KeyRow, revokeKeyOf } from '../api-keys/index.ts';
import { invalidState, notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { foundById, type Page, type PageArgs, page, searchTerm } from '../lists.ts';
import { type Administrator, scopeIn } from './administrator.ts';

const include = { org: true, user: { select: { id: true, email: true, name: true, avatarUrl: true } } } as const;

/** The API keys of all organizations, newest first. */
export async function listApiKeysOfAll(
  app: App,
  args: PageArgs & { search?: string | null | undefined; includeRevoked?: boolean | null | undefined },
): Promise<Page<KeyRow>> {
  const term = searchTerm(args.search);
  const text = { contains: term ?? '', mode: 'insensitive' as const };
  const where: Prisma.ApiKeyWhereInput = {
    ...(args.includeRevoked ? {} : { revokedAt: null }),
    ...(term
      ? {
          OR: [
            { name: text },
            { prefix: text },
            { org: { OR: [{ slug: text }, { name: text }] } },
            { user: { OR: [{ email: text }, { name: text }] } },
          ],
        }
      : {}),
  };
  const { apiKey } = app.db.prisma;
  return page('api keys of all', args, {
    find: (seek) => apiKey.findMany({ ...foundById(where, seek), include }),
    count: () => apiKey.count({ where }),
  });
}

export async function getAnyApiKey(app: App, id: string): Promise<KeyRow> {
  const key = isId(id) ? await app.db.prisma.apiKey.findUnique({ where: { id }, include }) : null;
  if (!key) throw notFound('API key', id);
  return key;
}

/** Revokes a key of any organization, whose audit log says who did it. */
export async function revokeAnyApiKey(app: App, admin: Administrator, id: string): Promise<KeyRow> {
  const key = await getAnyApiKey(app, id);
  if (key.revokedAt) throw invalidState('API key', 'revoked', ['active']);
  const { revokedAt } = await revokeKeyOf(app, scopeIn(admin, key.orgId), key);
  return { ...key, revokedAt };
}
