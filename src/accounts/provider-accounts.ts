import type { User } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson } from '../access/access.ts';
import type { App } from '../app.ts';
import { type Tx, uniqueViolation } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Client } from '../access/client.ts';
import {
  accountIn,
  forgotLink,
  letters,
  personName,
  type Profile,
  type Provider,
  queueNotice,
  recordAccountFact,
  requireProvider,
} from '../identity/index.ts';
import { accountConflict, createAccount, firstOrganization, requireSignUp } from './create-account.ts';

const connection = (provider: Provider, profile: Profile) => ({
  provider: provider.name,
  subject: profile.subject,
  email: profile.verifiedEmail,
  name: profile.name.slice(0, 200),
  avatarUrl: profile.avatarUrl,
});

async function connect(
  tx: Tx,
  app: App,
  client: Client,
  user: User,
  provider: Provider,
  profile: Profile,
): Promise<void> {
  await tx.connectedAccount.create({ data: { id: newId(), userId: user.id, ...connection(provider, profile) } });
  await recordAccountFact(tx, client, 'auth.account_linked', user, { provider: provider.name });
  await queueNotice(tx, app, user, letters.accountLinked(user.email, provider.title, forgotLink(app.config), client));
}

function alreadyLinked(provider: Provider): (error: unknown) => never {
  return (error) => {
    const index = uniqueViolation(error);
    if (index === undefined) throw error;
    if (index.includes('subject'))
      throw new AppError('conflict', `This ${provider.title} account is connected to another oCore account`, {
        constraint: 'unique',
      });
    throw new AppError(
      'conflict',
      `Your oCore account is already connected to a ${provider.title} account; disconnect it first`,
      { constraint: 'one_per_provider' },
    );
  };
}

/** The account that a provider's account signs in to: the connected one, the one of the same verified address, or a new one. */
export async function userOf(app: App, client: Client, provider: Provider, profile: Profile): Promise<User> {
  const known = await app.db.prisma.connectedAccount.findUnique({
    where: { provider_subject: { provider: provider.name, subject: profile.subject } },
    include: { user: true },
  });
  if (known?.user) {
    if (known.user.deactivatedAt)
      throw new AppError('forbidden', 'This account is deactivated; ask the administrator', {
        constraint: 'deactivated',
      });
    await app.db.prisma.connectedAccount.update({ where: { id: known.id }, data: connection(provider, profile) });
    return known.user;
  }
  const email = profile.verifiedEmail;
  if (!email)
    throw new AppError(
      'forbidden',
      `${provider.title} reports no verified e-mail address: verify one there, or sign in here and connect the account`,
      { constraint: 'email_verified' },
    );
  const local = await app.db.prisma.user.findUnique({ where: { email } });
  if (!local) return newAccount(app, client, provider, profile, email);
  // Whoever signed up with somebody else's address must not be handed that person's sign-in, nor the other way round.
  if (!local.emailVerifiedAt || local.deactivatedAt)
    throw new AppError(
      'conflict',
      `An account with this e-mail address already exists: sign in with its password and connect ${provider.title} there`,
      { constraint: 'sign_in_and_link' },
    );
  await app.db.prisma
    .$transaction((tx) => connect(tx, app, client, local, provider, profile))
    .catch(alreadyLinked(provider));
  return local;
}

async function newAccount(
  app: App,
  client: Client,
  provider: Provider,
  profile: Profile,
  email: string,
): Promise<User> {
  await requireSignUp(app);
  const fallback = personName.catch('Unnamed').parse(email.split('@')[0]);
  const name = personName.catch(fallback).parse(profile.name.slice(0, 100));
  const organization = firstOrganization(name);
  try {
    return await app.db.prisma.$transaction(async (tx) => {
      const { id } = await createAccount(tx, app, client, {
        email,
        name,
        passwordHash: null,
        emailVerifiedAt: new Date(),
        avatarUrl: profile.avatarUrl,
        organization,
      });
      const user = await tx.user.update({
        where: { id },
        data: { connectedAccounts: { create: { id: newId(), ...connection(provider, profile) } } },
      });
      await recordAccountFact(tx, client, 'auth.account_linked', user, { provider: provider.name });
      return user;
    });
  } catch (error) {
    throw accountConflict(error, organization.slug);
  }
}

/** Connects the provider's account to the account of the session that asked for it, if that session still lives. */
export async function linkAccount(
  app: App,
  client: Client,
  provider: Provider,
  profile: Profile,
  asked: { userId: string; sessionId: string },
): Promise<void> {
  const session = await app.db.prisma.session.findFirst({
    where: {
      id: asked.sessionId,
      userId: asked.userId,
      revokedAt: null,
      expiresAt: { gt: new Date() },
      user: { deactivatedAt: null },
    },
    include: { user: true },
  });
  if (!session?.user)
    throw new AppError('unauthenticated', 'The session that requested this has ended; sign in and start again');
  await app.db.prisma
    .$transaction((tx) => connect(tx, app, client, session.user, provider, profile))
    .catch(alreadyLinked(provider));
}

/** Disconnects, unless nothing else would be left to sign in with. */
export async function unlinkAccount(app: App, access: Access, client: Client, name: string): Promise<void> {
  const { userId } = requirePerson(access);
  await app.db.prisma.$transaction(async (tx) => {
    // Two who disconnect the last two at once: one waits here and then sees that its own is the last.
    await tx.$executeRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR UPDATE`;
    const user = await accountIn(tx, userId);
    const accounts = await tx.connectedAccount.findMany({ where: { userId } });
    const passkeys = await tx.passkey.count({ where: { userId } });
    const account = accounts.find((one) => one.provider === name);
    if (!account) throw notFound('connected account', name);
    if (user.passwordHash === null && passkeys === 0 && accounts.length === 1) {
      throw new AppError('conflict', 'This is your only sign-in method: set a password or add a passkey first', {
        constraint: 'last_way_in',
      });
    }
    await tx.connectedAccount.delete({ where: { id: account.id } });
    await recordAccountFact(tx, client, 'auth.account_unlinked', user, { provider: name });
    const title = name === 'github' ? 'GitHub' : name === 'google' ? 'Google' : requireProvider(app.config, name).title;
    await queueNotice(tx, app, user, letters.accountUnlinked(user.email, title, forgotLink(app.config), client));
  });
}
