import { z } from 'zod';
import type { Actor } from '../access/access.ts';
import { systemRoles } from '../access/permissions.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import { type Tx, uniqueViolation } from '../db.ts';
import { AppError } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { slugify, slugSchema } from '../slug.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { type AccessTokens, hashToken, newRefreshToken } from './tokens.ts';

/** What a sign-in is made from, for the session list and the audit trail. */
export interface Client {
  requestId: string;
  ipAddress: string | null;
  userAgent: string | null;
}

export interface SignIn {
  user: { id: string; email: string; name: string; isAdmin: boolean; createdAt: Date };
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

const email = z.email().max(254).transform((value) => value.toLowerCase());
const password = z
  .string()
  .min(8)
  .max(256)
  .regex(/\p{L}/u, 'needs at least one letter')
  .regex(/\d/, 'needs at least one number');

export const signUpInput = z.object({
  email,
  password,
  name: z.string().trim().min(1).max(100),
  organizationName: z.string().trim().min(2).max(100).nullish(),
  organizationSlug: slugSchema.nullish(),
});

async function createOrganization(tx: Tx, owner: Actor & { id: string }, client: Client, given: { name: string; slug: string }): Promise<{ id: string; slug: string; name: string }> {
  const id = newId();
  const roles = systemRoles.map((role) => ({ id: newId(), name: role.name, description: role.description, isSystem: true, permissions: [...role.permissions] }));
  const ownerRole = roles.find((role) => role.name === 'Owner');
  await tx.organization.create({ data: { id, name: given.name, slug: given.slug, roles: { create: roles } } });
  if (ownerRole) await tx.membership.create({ data: { id: newId(), orgId: id, userId: owner.id, roleId: ownerRole.id } });
  await recordFact(tx, { orgId: id, actor: owner, ...client }, { action: 'org.created', resourceType: 'org', resourceId: id, resourceName: given.name, after: given });
  return { id, ...given };
}

async function openSession(tx: Tx, tokens: AccessTokens, app: App, user: SignIn['user'], client: Client): Promise<SignIn> {
  const refresh = newRefreshToken();
  const id = newId();
  await tx.session.create({
    data: { id, userId: user.id, refreshHash: refresh.hash, userAgent: client.userAgent, ipAddress: client.ipAddress, expiresAt: new Date(Date.now() + app.config.REFRESH_EXPIRY * 1000) },
  });
  return { user, accessToken: await tokens.issue(user.id, id), refreshToken: refresh.token, expiresIn: tokens.lifetime };
}

function auditSignIn(tx: Tx, action: string, userId: string | null, name: string, client: Client) {
  return tx.auditEntry.create({ data: { id: newId(), action, resourceType: 'user', resourceId: userId, resourceName: name, actorType: 'user', actorId: userId, actorName: name, ...client } });
}

/** Creates the user, its first organization with the system roles, and signs it in. The first user is the admin. */
export async function signUp(app: App, tokens: AccessTokens, client: Client, given: unknown): Promise<SignIn & { organization: { id: string; slug: string; name: string } }> {
  const input = parse(signUpInput, given);
  if (!app.config.SIGNUP_OPEN) throw new AppError('forbidden', 'Sign-up is closed on this installation; ask its administrator for an account');
  const passwordHash = await hashPassword(input.password);
  const name = input.organizationName ?? `${input.name}'s organization`;
  const slug = input.organizationSlug ?? `${slugify(input.organizationName ?? input.name, 'org').slice(0, 40)}-${newId().slice(-6)}`;
  try {
    return await app.db.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(72707371)`;
      const isAdmin = (await tx.user.count({ take: 1 })) === 0;
      const user = await tx.user.create({ data: { id: newId(), email: input.email, name: input.name, passwordHash, isAdmin } });
      const actor = { type: 'user' as const, id: user.id, name: user.name };
      const organization = await createOrganization(tx, actor, client, { name, slug });
      await auditSignIn(tx, 'auth.signup', user.id, user.email, client);
      return { ...(await openSession(tx, tokens, app, user, client)), organization };
    });
  } catch (error) {
    const index = uniqueViolation(error);
    if (index === undefined) throw error;
    if (index.includes('slug')) throw new AppError('conflict', `The organization slug ${slug} is taken`, { field: 'organizationSlug', constraint: 'unique' });
    throw new AppError('conflict', 'An account with this e-mail address exists', { field: 'email', constraint: 'unique' });
  }
}

export const loginInput = z.object({ email, password: z.string().min(1).max(256) });

export async function login(app: App, tokens: AccessTokens, client: Client, given: unknown): Promise<SignIn> {
  const input = parse(loginInput, given);
  const user = await app.db.prisma.user.findUnique({ where: { email: input.email } });
  const matches = await verifyPassword(user?.passwordHash ?? null, input.password);
  if (!user || !matches) {
    await auditSignIn(app.db.prisma, 'auth.login_failed', user?.id ?? null, input.email, client);
    throw new AppError('invalid_credentials', 'The e-mail address or the password is wrong');
  }
  return app.db.prisma.$transaction(async (tx) => {
    await auditSignIn(tx, 'auth.login', user.id, user.email, client);
    return openSession(tx, tokens, app, user, client);
  });
}

/**
 * Trades a refresh token for a new pair (RFC 9700 4.14.2). A token that was already traded means that two parties hold
 * the family: the session ends for both.
 */
export async function refresh(app: App, tokens: AccessTokens, client: Client, token: string): Promise<SignIn> {
  const hash = hashToken(token);
  const next = newRefreshToken();
  const outcome = await app.db.prisma.$transaction(async (tx) => {
    const session = await tx.session.findFirst({ where: { OR: [{ refreshHash: hash }, { previousHash: hash }] }, include: { user: true } });
    if (!session || session.revokedAt || session.expiresAt < new Date()) return undefined;
    const traded = await tx.session.updateMany({
      where: { id: session.id, refreshHash: hash, revokedAt: null },
      data: { refreshHash: next.hash, previousHash: hash, lastSeenAt: new Date(), ipAddress: client.ipAddress },
    });
    if (traded.count === 1) return session;
    await tx.session.update({ where: { id: session.id }, data: { revokedAt: new Date() } });
    await auditSignIn(tx, 'auth.refresh_reused', session.userId, session.user.email, client);
    await notify(tx, [`access:${session.userId}`]);
    return undefined;
  });
  if (!outcome) throw new AppError('unauthenticated', 'The refresh token is not valid; sign in again');
  return { user: outcome.user, accessToken: await tokens.issue(outcome.userId, outcome.id), refreshToken: next.token, expiresIn: tokens.lifetime };
}

export async function logout(app: App, sessionId: string, client: Client): Promise<void> {
  await app.db.prisma.$transaction(async (tx) => {
    const session = await tx.session.update({ where: { id: sessionId }, data: { revokedAt: new Date() }, include: { user: true } });
    await auditSignIn(tx, 'auth.logout', session.userId, session.user.email, client);
    await notify(tx, [`access:${session.userId}`]);
  });
}
