import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import type { PrismaClient, Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { findToken, hashToken } from '../identity/index.ts';

const lifetimeDays = 30;

/** Whether strangers may be able to reach the gateway, and so be the first to sign up. */
function isReachable(config: Config): boolean {
  return config.ENVIRONMENT === 'production' || !/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(config.HOST);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

async function isRight(db: PrismaClient | Tx, config: Config, given: string): Promise<boolean> {
  const { OCORE_SETUP_TOKEN: fixed } = config;
  if (fixed !== undefined) return timingSafeEqual(digest(fixed), digest(given));
  return (await findToken(db, 'setup', given)) !== null;
}

/** Whether the account that would be made now is the first one and needs the operator's token. */
export async function needsSetupToken({ db, config }: Pick<App, 'db' | 'config'>): Promise<boolean> {
  return isReachable(config) && (await db.prisma.user.count({ take: 1 })) === 0;
}

/**
 * The first account administers the installation. Where strangers reach it, that account needs the operator's token:
 * throws without, and tells whether it came.
 */
export async function checkSetup(
  db: PrismaClient | Tx,
  { config }: Pick<App, 'config'>,
  given: string | null | undefined,
): Promise<boolean> {
  if (!isReachable(config)) return false;
  if ((await db.user.count({ take: 1 })) > 0) {
    if (!given) return false;
    throw new AppError('conflict', 'The first account already exists: omit setupToken', {
      field: 'setupToken',
      constraint: 'first_account',
    });
  }
  if (given && (await isRight(db, config, given))) return true;
  const [message, constraint] = given
    ? ['The setup token is wrong', 'wrong']
    : ['The first account of this installation needs the setup token that its log prints at startup', 'required'];
  throw new AppError('setup_token_required', message, { field: 'setupToken', constraint });
}

/**
 * Prints a setup token while there is no account. Each process prints one of its own at each start, and all of them are
 * good until the first account exists: only their digests are kept.
 */
export async function announceSetup(app: App): Promise<void> {
  if (!isReachable(app.config) || app.config.OCORE_SETUP_TOKEN !== undefined) return;
  if ((await app.db.prisma.user.count({ take: 1 })) > 0) return;
  const setupToken = randomBytes(16).toString('hex');
  const expiresAt = new Date(Date.now() + lifetimeDays * 86400_000);
  await app.db.prisma.oneTimeToken.create({
    data: { id: newId(), purpose: 'setup', hash: hashToken(setupToken), expiresAt },
  });
  app.log.warn({ setupToken }, 'No account exists yet: sign up with this setupToken to become the administrator');
}
