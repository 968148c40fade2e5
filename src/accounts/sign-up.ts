import { z } from 'zod';
import type { App } from '../app.ts';
import { type Tx, uniqueViolation } from '../database/database.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { invitationForSignUp, joinByInvitation } from '../members/index.ts';
import { createOrganization, organizationName, organizationSlug } from '../orgs/index.ts';
import { parse } from '../parse.ts';
import { slugify } from '../slug.ts';
import type { Client } from '../access/client.ts';
import { type AccessTokens, askToVerify, emailSchema, hashPassword, newPassword, openSession, personName, readSettings, recordAccountFact, requireImpersonal, type SignedInUser, type SignIn } from '../identity/index.ts';

export const signUpInput = z.object({
  email: emailSchema,
  password: newPassword,
  name: personName,
  organizationName: organizationName.nullish(),
  organizationSlug: organizationSlug.nullish(),
  invitationToken: z.string().max(200).nullish(),
});

/** Strangers may make an account while the administrator lets them; who was invited always may. */
export async function requireSignUp(app: App): Promise<void> {
  const { signupOpen } = await readSettings(app.db.prisma, app);
  if (signupOpen) return;
  throw new AppError('forbidden', 'Sign-up is closed on this installation; ask its administrator for an account', { constraint: 'signup_closed' });
}

export interface NewAccount {
  email: string;
  name: string;
  passwordHash: string | null;
  emailVerifiedAt: Date | null;
  avatarUrl?: string | null;
  organization: { name: string; slug: string };
  invitationToken?: string | null | undefined;
}

/** The name and slug of the organization that comes with an account. */
export function firstOrganization(person: string, name?: string | null, slug?: string | null): { name: string; slug: string } {
  return { name: name ?? `${person}'s organization`.slice(0, 100), slug: slug ?? `${slugify(name ?? person, 'org').slice(0, 40)}-${newId().slice(-6)}` };
}

/** Creates the user, with an organization of its own or in the one that invited it. The first user is the admin. */
export async function createAccount(tx: Tx, client: Client, { organization, invitationToken, ...account }: NewAccount): Promise<SignedInUser> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lockNumbers.signUp})`;
  const isAdmin = (await tx.user.count({ take: 1 })) === 0;
  const user = await tx.user.create({ data: { id: newId(), isAdmin, ...account } });
  if (invitationToken) await joinByInvitation(tx, client, await invitationForSignUp(tx, invitationToken, user.email), user);
  else await createOrganization(tx, { type: 'user', id: user.id, name: user.name }, client, organization);
  await recordAccountFact(tx, client, 'auth.signup', user);
  return user;
}

/** Says which of the two was taken meanwhile. */
export function accountConflict(error: unknown, slug: string): unknown {
  const index = uniqueViolation(error);
  if (index === undefined) return error;
  if (index.includes('slug')) return new AppError('conflict', `The organization slug ${slug} is taken`, { field: 'organizationSlug', constraint: 'unique' });
  return new AppError('conflict', 'An account with this e-mail address exists', { field: 'email', constraint: 'unique' });
}

/** Creates the account, sends the letter that verifies its address, and signs it in. */
export async function signUp(app: App, tokens: AccessTokens, client: Client, given: unknown): Promise<SignIn> {
  const input = parse(signUpInput, given);
  const { invitationToken } = input;
  if (!invitationToken) await requireSignUp(app);
  requireImpersonal(input.password, input);
  await app.limits.countAttempt('sign_up', client.ipAddress);
  // Checked before the password is hashed, and again where it counts.
  if (invitationToken) await invitationForSignUp(app.db.prisma, invitationToken, input.email);
  const passwordHash = await hashPassword(input.password);
  const organization = firstOrganization(input.name, input.organizationName, input.organizationSlug);
  try {
    return await app.db.prisma.$transaction(async (tx) => {
      const user = await createAccount(tx, client, { email: input.email, name: input.name, passwordHash, emailVerifiedAt: invitationToken ? new Date() : null, organization, invitationToken });
      // The invitation came to that address already.
      if (!invitationToken) {
        // An account that is deleted and made again is no way to flood a stranger's address.
        await app.limits.countAttempt('mail', 'verification', user.email);
        await askToVerify(tx, app, user);
      }
      return openSession(tx, app, tokens, user, client, { method: 'password', strong: false });
    });
  } catch (error) {
    throw accountConflict(error, organization.slug);
  }
}
