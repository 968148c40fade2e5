import { z } from 'zod';
import type { App } from '../app.ts';
import { uniqueViolation } from '../db.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { invitationForSignUp, joinByInvitation } from '../members/index.ts';
import { createOrganization, organizationSlug } from '../orgs/index.ts';
import { parse } from '../parse.ts';
import { slugify } from '../slug.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from './client.ts';
import { emailSchema, newPassword, personName } from './fields.ts';
import { hashPassword } from './passwords.ts';
import { openSession, type SignIn } from './sessions.ts';
import type { AccessTokens } from './tokens.ts';

export const signUpInput = z.object({
  email: emailSchema,
  password: newPassword,
  name: personName,
  organizationName: z.string().trim().min(2).max(100).nullish(),
  organizationSlug: organizationSlug.nullish(),
  invitationToken: z.string().max(200).nullish(),
});

/** Creates the user and signs it in: with an organization of its own, or in the one that invited it. The first user is the admin. */
export async function signUp(app: App, tokens: AccessTokens, client: Client, given: unknown): Promise<SignIn> {
  const input = parse(signUpInput, given);
  const { invitationToken } = input;
  if (!invitationToken && !app.config.SIGNUP_OPEN) throw new AppError('forbidden', 'Sign-up is closed on this installation; ask its administrator for an account');
  await app.limits.sensitive('sign_up', client.ipAddress);
  // Checked before the password is hashed, and again where it counts.
  if (invitationToken) await invitationForSignUp(app.db.prisma, invitationToken, input.email);
  const passwordHash = await hashPassword(input.password);
  const name = input.organizationName ?? `${input.name}'s organization`;
  const slug = input.organizationSlug ?? `${slugify(input.organizationName ?? input.name, 'org').slice(0, 40)}-${newId().slice(-6)}`;
  try {
    return await app.db.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(72707371)`;
      const isAdmin = (await tx.user.count({ take: 1 })) === 0;
      const user = await tx.user.create({ data: { id: newId(), email: input.email, name: input.name, passwordHash, isAdmin, emailVerifiedAt: invitationToken ? new Date() : null } });
      if (invitationToken) await joinByInvitation(tx, client, await invitationForSignUp(tx, invitationToken, input.email), user);
      else await createOrganization(tx, { type: 'user', id: user.id, name: user.name }, client, { name, slug });
      await recordAccountFact(tx, client, 'auth.signup', user);
      return openSession(tx, app, tokens, user, client, { method: 'password', strong: false });
    });
  } catch (error) {
    const index = uniqueViolation(error);
    if (index === undefined) throw error;
    if (index.includes('slug')) throw new AppError('conflict', `The organization slug ${slug} is taken`, { field: 'organizationSlug', constraint: 'unique' });
    throw new AppError('conflict', 'An account with this e-mail address exists', { field: 'email', constraint: 'unique' });
  }
}
