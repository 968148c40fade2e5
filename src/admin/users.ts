import { z } from 'zod';
import type { User } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { type Fact, recordFact } from '../audit/mutation.ts';
import { type Tx, uniqueViolation } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { emailSchema, endSessions, hashPassword, newPassword, personName } from '../identity/index.ts';
import { type Page, type PageArgs, page, searchTerm, foundById } from '../lists.ts';
import { addMemberIn } from '../members/index.ts';
import { parse } from '../parse.ts';
import { type Administrator, recordOfUser, scopeIn } from './administrator.ts';
import { getOrganization } from './organizations.ts';

export function listUsers(app: App, args: PageArgs & { search?: string | null | undefined }): Promise<Page<User>> {
  const term = searchTerm(args.search);
  const search = { contains: term ?? '', mode: 'insensitive' as const };
  const where = term ? { OR: [{ email: search }, { name: search }] } : {};
  return page('accounts', args, {
    find: (seek) => app.db.prisma.user.findMany(foundById(where, seek)),
    count: () => app.db.prisma.user.count({ where }),
  });
}

export async function getUser(app: App, id: string): Promise<User> {
  const user = isId(id) ? await app.db.prisma.user.findUnique({ where: { id } }) : null;
  if (!user) throw notFound('user', id);
  return user;
}

export const createInput = z
  .object({
    email: emailSchema,
    name: personName,
    password: newPassword,
    orgId: z.string().nullish(),
    roleName: z.string().trim().min(1).max(50).nullish(),
  })
  .superRefine(({ orgId, roleName }, context) => {
    if (!roleName || orgId) return;
    const message = 'is needed with roleName: the organization in which the role counts';
    context.addIssue({ code: 'custom', path: ['orgId'], message, params: { constraint: 'required' } });
  });

/** What somebody may do in the organization whom nobody gave a role: look. */
const usualRole = 'Viewer';

/** Makes an account for somebody, in an organization where one is named, also while sign-up is closed. Its address counts as verified: the administrator vouches for it. */
export async function createUser(app: App, admin: Administrator, given: unknown): Promise<User> {
  const input = parse(createInput, given);
  const organization = input.orgId ? await getOrganization(app, input.orgId) : null;
  const passwordHash = await hashPassword(input.password);
  try {
    return await app.db.prisma.$transaction(async (tx) => {
      const user = await tx.user.create({
        data: { id: newId(), email: input.email, name: input.name, passwordHash, emailVerifiedAt: new Date() },
      });
      await recordOfUser(tx, admin, 'user.created', user);
      if (organization) {
        const scope = scopeIn(admin, organization.id);
        const mutation = { tx, record: (fact: Fact) => recordFact(tx, scope, fact) };
        await addMemberIn({ app, mutation }, organization.id, user, input.roleName ?? usualRole);
      }
      return user;
    });
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    throw new AppError('conflict', 'An account with this e-mail address already exists', {
      field: 'email',
      constraint: 'unique',
    });
  }
}

/** Two who take it from each other, or lock each other out, at the same time must not leave the installation without one. */
async function requireAnotherAdministrator(tx: Tx, id: string): Promise<void> {
  const admins = await tx.$queryRaw<
    { id: string }[]
  >`SELECT id FROM users WHERE is_admin AND deactivated_at IS NULL ORDER BY id FOR UPDATE`;
  if (admins.every((row) => row.id === id))
    throw new AppError('unprocessable', 'The installation needs at least one administrator', { id });
}

/** Deactivates or reactivates an account at once. You cannot deactivate your own. */
export async function setUserActive(app: App, admin: Administrator, id: string, active: boolean): Promise<User> {
  const before = await getUser(app, id);
  if (before.id === admin.userId) throw new AppError('unprocessable', 'You cannot deactivate your own account', { id });
  return app.db.prisma.$transaction(async (tx) => {
    if (!active) await requireAnotherAdministrator(tx, id);
    const user = await tx.user.update({
      where: { id },
      data: { deactivatedAt: active ? null : (before.deactivatedAt ?? new Date()) },
    });
    if (!active) await endSessions(tx, id);
    await recordOfUser(tx, admin, active ? 'user.reactivated' : 'user.deactivated', user);
    return user;
  });
}

/** Makes somebody an administrator of the installation, or takes that away. One always stays. */
export async function setAdministrator(app: App, admin: Administrator, id: string, isAdmin: boolean): Promise<User> {
  await getUser(app, id);
  return app.db.prisma.$transaction(async (tx) => {
    if (!isAdmin) await requireAnotherAdministrator(tx, id);
    const user = await tx.user.update({ where: { id }, data: { isAdmin } });
    await recordOfUser(tx, admin, isAdmin ? 'user.made_admin' : 'user.unmade_admin', user);
    return user;
  });
}

/** Ends every session of a user; returns how many there were. */
export async function endUserSessions(app: App, admin: Administrator, id: string): Promise<number> {
  const user = await getUser(app, id);
  return app.db.prisma.$transaction(async (tx) => {
    const count = await endSessions(tx, id);
    await recordOfUser(tx, admin, 'user.sessions_ended', user);
    return count;
  });
}
