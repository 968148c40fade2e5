import { z } from 'zod';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { slugTaken } from '../database/free-slug.ts';
import { notify } from '../events/hub.ts';
import { queueMail } from '../mail/index.ts';
import { parse } from '../parse.ts';
import type { Client } from '../access/client.ts';
import {
  type AccessTokens,
  countingTokens,
  countLetter,
  findToken,
  forgotLink,
  hashPassword,
  issueToken,
  letters,
  newPassword,
  openSession,
  pageLink,
  personName,
  requireImpersonal,
  type SignIn,
  takeToken,
  wasWrittenLately,
  wrongLink,
} from '../identity/index.ts';
import { accountConflict, createAccount, requireSignUp } from './create-account.ts';
import { withSuffix } from '../slug.ts';

const hour = 3600;
const day = 24 * hour;
const wanted = z.object({
  email: z.string(),
  name: z.string(),
  organization: z.object({ name: z.string(), slug: z.string() }),
  /** The page of oCore to go on to once the account exists. */
  next: z.string().nullish(),
});
const asked = wanted.extend({
  requestId: z.string(),
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
});

/**
 * Notes that somebody wants an account, no more: whether the address has one is looked up afterwards by a worker, and
 * told in an e-mail to that address alone.
 */
export async function askToConfirm(app: App, client: Client, account: z.infer<typeof wanted>): Promise<void> {
  const { requestId, ipAddress, userAgent } = client;
  await countLetter(app, client, 'sign_up', account.email);
  await app.db.prisma.$transaction(async (tx) => {
    await issueToken(tx, 'sign_up_request', hour, { data: { requestId, ipAddress, userAgent, ...account } });
    await notify(tx, ['mail']);
  });
}

/** Processes one recorded sign-up by e-mail. */
export async function answerSignUp(tx: Tx, app: App, given: unknown): Promise<void> {
  const { email, name, organization, next, ...client } = asked.parse(given);
  const user = await tx.user.findUnique({ where: { email }, select: { deactivatedAt: true } });
  if (user?.deactivatedAt || (await wasWrittenLately(tx, email, letters.accountExists(email, '', '', client).subject)))
    return;
  if (user)
    return queueMail(tx, app.secrets, letters.accountExists(email, app.config.APP_URL, forgotLink(app.config), client));
  const token = await issueToken(tx, 'confirm_sign_up', day, { data: { email, name, organization } });
  const page = pageLink(app.config, 'confirm-sign-up', token);
  const link = next ? `${page}&next=${encodeURIComponent(next)}` : page;
  await queueMail(tx, app.secrets, letters.confirmSignUp(email, link, client));
}

export const confirmSignUpInput = z.object({
  token: z.string().max(200),
  password: newPassword,
  name: personName.nullish(),
});

/** The slug that was asked for, or one like it where it was taken meanwhile. */
async function freeSlug(tx: Tx, slug: string): Promise<string> {
  const taken = await tx.organization.findUnique({ where: { slug }, select: { id: true } });
  return taken ? withSuffix(slug) : slug;
}

/**
 * Makes the account of an e-mail's link and signs it in. The password is the one given here: whoever asked for the
 * account need not be who reads its e-mails.
 */
export async function confirmSignUp(app: App, tokens: AccessTokens, client: Client, given: unknown): Promise<SignIn> {
  const input = parse(confirmSignUpInput, given);
  return countingTokens(app, client, async () => {
    await requireSignUp(app);
    const row = await findToken(app.db.prisma, 'confirm_sign_up', input.token);
    if (!row) throw wrongLink();
    const { email, organization, ...account } = wanted.parse(row.data);
    const name = input.name ?? account.name;
    requireImpersonal(input.password, { email, name });
    const passwordHash = await hashPassword(input.password);
    return app.db.prisma
      .$transaction(async (tx) => {
        if (!(await takeToken(tx, 'confirm_sign_up', input.token))) throw wrongLink();
        const place = { ...organization, slug: await freeSlug(tx, organization.slug) };
        const user = await createAccount(tx, app, client, {
          email,
          name,
          passwordHash,
          emailVerifiedAt: new Date(),
          organization: place,
        });
        return openSession(tx, app, tokens, user, client, { method: 'password', strong: false });
      })
      .catch((error: unknown) => {
        throw accountConflict(error, organization.slug);
      });
  });
}

/** Refuses a slug that is taken, whether or not the address has an account. */
export async function requireFreeSlug(app: App, slug: string | null | undefined): Promise<void> {
  if (!slug || !(await app.db.prisma.organization.findUnique({ where: { slug }, select: { id: true } }))) return;
  throw slugTaken('An organization', slug, 'organizationSlug');
}
