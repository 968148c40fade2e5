import { z } from 'zod';
import { type Access, requirePerson } from '../access/access.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { type Prisma, type Tx, uniqueViolation } from '../database/database.ts';
import { slugTaken } from '../database/free-slug.ts';
import { AppError, notFound } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { isId } from '../ids.ts';
import { page, type PageArgs, foundById } from '../lists.ts';
import { parse } from '../parse.ts';
import { organizationName } from './create.ts';
import { organizationSlug } from './slug.ts';

export const updateInput = z.object({
  name: organizationName.nullish(),
  slug: organizationSlug.nullish(),
  logoUrl: z
    .url({ protocol: /^https$/, message: 'must be a URL that begins with https://' })
    .max(2048)
    .nullable()
    .optional(),
});
export const settingsInput = z.object({
  auditRetentionDays: z.number().int().min(30).max(3650).nullish(),
  requireTwoFactor: z.boolean().nullish(),
  requirePasskey: z.boolean().nullish(),
  sessionMaxHours: z.number().int().min(1).max(8760).nullable().optional(),
});

export async function getOrganization(scope: OrgScope) {
  const organization = await scope.db.organization.findFirst({ where: { id: scope.orgId } });
  if (!organization) throw notFound('organization', scope.orgId);
  return organization;
}

/** The organizations that the signed-in person belongs to. */
export function listMyOrganizations(app: App, access: Access, args: PageArgs) {
  const { userId } = requirePerson(access);
  const where = { memberships: { some: { userId } } };
  return page(`organizations of ${userId}`, args, {
    find: (seek) => app.db.prisma.organization.findMany(foundById(where, seek)),
    count: () => app.db.prisma.organization.count({ where }),
  });
}

/** All of them, oldest first, for the response of a sign-in. */
export function organizationsOf(app: App, userId: string, query: Prisma.OrganizationDefaultArgs) {
  return app.db.prisma.organization.findMany({
    ...query,
    where: { memberships: { some: { userId } } },
    orderBy: { id: 'asc' },
  });
}

export async function getMyOrganization(app: App, access: Access, id: string) {
  const { userId } = requirePerson(access);
  const organization = isId(id)
    ? await app.db.prisma.organization.findFirst({ where: { id, memberships: { some: { userId } } } })
    : null;
  if (!organization) throw notFound('organization', id);
  return organization;
}

/** Holds everyone else off who changes who is in the organization and as what, until this transaction ends. */
export async function lockOrganization(tx: Tx, orgId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${orgId}::uuid FOR NO KEY UPDATE`;
}

/** Makes every open socket of the organization authenticate again. */
export async function wakeMembers(tx: Tx, orgId: string): Promise<void> {
  const members = await tx.membership.findMany({ where: { orgId }, select: { userId: true } });
  await notify(
    tx,
    members.map(({ userId }): `access:${string}` => `access:${userId}`),
  );
}

export async function updateOrganization(app: App, scope: OrgScope, given: unknown) {
  const input = parse(updateInput, given);
  const before = await getOrganization(scope);
  try {
    return await mutate(app, scope, async ({ tx, record }) => {
      const organization = await tx.organization.update({
        where: { id: scope.orgId },
        data: {
          ...(input.name ? { name: input.name } : {}),
          ...(input.slug ? { slug: input.slug } : {}),
          ...(input.logoUrl === undefined ? {} : { logoUrl: input.logoUrl }),
        },
      });
      const shown = ({ name, slug, logoUrl }: typeof organization) => ({ name, slug, logoUrl });
      await record({
        action: 'organization.updated',
        resource: 'org',
        resourceId: scope.orgId,
        resourceName: organization.name,
        before: shown(before),
        after: shown(organization),
      });
      // The old slug now leads nowhere, or one day to somebody else.
      if (organization.slug !== before.slug) await wakeMembers(tx, scope.orgId);
      return organization;
    });
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    throw slugTaken('An organization', input.slug ?? before.slug);
  }
}

/** Who turns a requirement on must meet it, or would be the first to be locked out. */
async function requireMet(app: App, access: Access, wanted: { twoFactor: boolean; passkey: boolean }): Promise<void> {
  const { sessionId } = requirePerson(access);
  const session = await app.db.prisma.session.findUnique({
    where: { id: sessionId },
    select: { strong: true, method: true },
  });
  if (wanted.passkey && session?.method !== 'passkey')
    throw new AppError(
      'two_factor_required',
      'Sign in with a passkey yourself before you require it for the organization',
      { method: 'passkey' },
    );
  if (wanted.twoFactor && !session?.strong)
    throw new AppError(
      'two_factor_required',
      'Sign in with a second factor or a passkey yourself before you require it for the organization',
      { method: 'totp_or_passkey' },
    );
}

export async function updateSettings(app: App, scope: OrgScope, given: unknown) {
  const input = parse(settingsInput, given);
  const before = await getOrganization(scope);
  const wanted = {
    auditRetentionDays: input.auditRetentionDays ?? before.auditRetentionDays,
    requireTwoFactor: input.requireTwoFactor ?? before.requireTwoFactor,
    requirePasskey: input.requirePasskey ?? before.requirePasskey,
    sessionMaxHours: input.sessionMaxHours === undefined ? before.sessionMaxHours : input.sessionMaxHours,
  };
  const signIn =
    wanted.requireTwoFactor !== before.requireTwoFactor ||
    wanted.requirePasskey !== before.requirePasskey ||
    wanted.sessionMaxHours !== before.sessionMaxHours;
  // How people sign in is not for an API key to decide.
  if (signIn)
    await requireMet(app, scope.access, {
      twoFactor: wanted.requireTwoFactor && !before.requireTwoFactor,
      passkey: wanted.requirePasskey && !before.requirePasskey,
    });
  return mutate(app, scope, async ({ tx, record }) => {
    const organization = await tx.organization.update({ where: { id: scope.orgId }, data: wanted });
    const { auditRetentionDays, requireTwoFactor, requirePasskey, sessionMaxHours } = before;
    await record({
      action: 'organization.settings_updated',
      resource: 'org',
      resourceId: scope.orgId,
      resourceName: organization.name,
      before: { auditRetentionDays, requireTwoFactor, requirePasskey, sessionMaxHours },
      after: wanted,
    });
    if (signIn) await wakeMembers(tx, scope.orgId);
    return organization;
  });
}
