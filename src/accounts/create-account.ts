import type { App } from '../app.ts';
import { type Tx, uniqueViolation } from '../database/database.ts';
import { slugTaken } from '../database/free-slug.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { invitationForSignUp, joinByInvitation } from '../members/index.ts';
import { createOrganization } from '../orgs/index.ts';
import { slugify, withSuffix } from '../slug.ts';
import type { Client } from '../access/client.ts';
import { recordAccountFact, type SignedInUser } from '../identity/index.ts';
import { maintenanceRefusal, readSettings } from '../settings/index.ts';
import { checkSetup } from './setup.ts';

/** Strangers may make an account while the administrator lets them; who was invited always may. */
export async function requireSignUp(app: App): Promise<void> {
  const { signupOpen } = await readSettings(app.db.prisma, app);
  if (signupOpen) return;
  throw new AppError('forbidden', 'Sign-up is closed on this installation; ask its administrator for an account', {
    constraint: 'signup_closed',
  });
}

export interface NewAccount {
  email: string;
  name: string;
  passwordHash: string | null;
  emailVerifiedAt: Date | null;
  avatarUrl?: string | null;
  organization: { name: string; slug: string };
  invitationToken?: string | null | undefined;
  setupToken?: string | null | undefined;
}

/** The name and slug of the organization that comes with an account. */
export function firstOrganization(
  person: string,
  name?: string | null,
  slug?: string | null,
): { name: string; slug: string } {
  return {
    name: name ?? `${person}'s organization`.slice(0, 100),
    slug: slug ?? withSuffix(slugify(name ?? person, 'org')),
  };
}

/** Creates the user, with an organization of its own or in the one that invited it. The first user is the admin. */
export async function createAccount(
  tx: Tx,
  app: App,
  client: Client,
  { organization, invitationToken, setupToken, ...account }: NewAccount,
): Promise<SignedInUser> {
  const refusal = maintenanceRefusal(app.settings.current);
  if (refusal) throw refusal;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lockNumbers.signUp})`;
  await checkSetup(tx, app, setupToken);
  const isAdmin = (await tx.user.count({ take: 1 })) === 0;
  const user = await tx.user.create({ data: { id: newId(), isAdmin, ...account } });
  if (isAdmin) await tx.oneTimeToken.deleteMany({ where: { purpose: 'setup' } });
  if (invitationToken)
    await joinByInvitation(tx, app, client, await invitationForSignUp(tx, invitationToken, user.email), user);
  else await createOrganization(tx, app, { type: 'user', id: user.id, name: user.name }, client, organization);
  await recordAccountFact(tx, client, 'auth.signup', user);
  return user;
}

/** Says which of the two was taken meanwhile. */
export function accountConflict(error: unknown, slug: string): unknown {
  const index = uniqueViolation(error);
  if (index === undefined) return error;
  if (index.includes('slug')) return slugTaken('An organization', slug, 'organizationSlug');
  return new AppError('conflict', 'An account with this e-mail address already exists', {
    field: 'email',
    constraint: 'unique',
  });
}
