import { z } from 'zod';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { invitationForSignUp } from '../members/index.ts';
import { organizationName, organizationSlug } from '../orgs/index.ts';
import { parse } from '../parse.ts';
import type { Client } from '../access/client.ts';
import {
  type AccessTokens,
  askToVerify,
  emailSchema,
  hashPassword,
  newPassword,
  openSession,
  personName,
  requireImpersonal,
  type SignIn,
} from '../identity/index.ts';
import { askToConfirm, requireFreeSlug } from './confirm-sign-up.ts';
import { accountConflict, createAccount, firstOrganization, requireSignUp } from './create-account.ts';
import { checkSetup } from './setup.ts';

export const signUpInput = z.object({
  email: emailSchema,
  password: newPassword,
  name: personName,
  organizationName: organizationName.nullish(),
  organizationSlug: organizationSlug.nullish(),
  invitationToken: z.string().max(200).nullish(),
  setupToken: z.string().max(200).nullish(),
});

type Input = z.infer<typeof signUpInput>;

/** Checks what does not depend on the address; gives whether the account needs no confirmation by e-mail first. */
async function admit(app: App, client: Client, input: Input): Promise<boolean> {
  const { invitationToken, setupToken } = input;
  const isSetup = await checkSetup(app.db.prisma, app, setupToken);
  if (!invitationToken && !isSetup) await requireSignUp(app);
  requireImpersonal(input.password, input);
  await app.limits.countAttempt('sign_up', client.ipAddress);
  return isSetup || Boolean(invitationToken) || !app.config.SIGNUP_CONFIRMATION;
}

/** Creates the account, sends the e-mail that verifies its address, and signs it in. */
async function create(app: App, tokens: AccessTokens, client: Client, input: Input): Promise<SignIn> {
  const { invitationToken, setupToken } = input;
  // Checked before the password is hashed, and again where it counts.
  if (invitationToken) await invitationForSignUp(app.db.prisma, invitationToken, input.email);
  const passwordHash = await hashPassword(input.password);
  const organization = firstOrganization(input.name, input.organizationName, input.organizationSlug);
  try {
    return await app.db.prisma.$transaction(async (tx) => {
      const emailVerifiedAt = invitationToken ? new Date() : null;
      const user = await createAccount(tx, app, client, {
        email: input.email,
        name: input.name,
        passwordHash,
        emailVerifiedAt,
        organization,
        invitationToken,
        setupToken,
      });
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

/** Signs up at once; refuses where the installation confirms addresses first. */
export async function signUp(app: App, tokens: AccessTokens, client: Client, given: unknown): Promise<SignIn> {
  const input = parse(signUpInput, given);
  if (await admit(app, client, input)) return create(app, tokens, client, input);
  throw new AppError(
    'forbidden',
    'This installation confirms e-mail addresses before it creates an account: use register',
    { constraint: 'confirmation' },
  );
}

/**
 * Signs up; null where an e-mail goes to the address first, which says the same whether or not it has an account. Its link
 * then leads on to `next`, a page of oCore.
 */
export async function register(
  app: App,
  tokens: AccessTokens,
  client: Client,
  given: unknown,
  next: string | null = null,
): Promise<SignIn | null> {
  const input = parse(signUpInput, given);
  if (await admit(app, client, input)) return create(app, tokens, client, input);
  await requireFreeSlug(app, input.organizationSlug);
  await askToConfirm(app, client, {
    email: input.email,
    name: input.name,
    organization: firstOrganization(input.name, input.organizationName, input.organizationSlug),
    next,
  });
  return null;
}
