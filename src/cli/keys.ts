import { Command } from 'commander';
import { runningEmbedded } from '../../prisma/embedded.ts';
import { type Config, readConfig } from '../config.ts';
import { type Database, openDatabase } from '../db.ts';
import { rotateSigningKey } from '../identity/index.ts';
import { SecretBox } from '../secrets/box.ts';

interface Installation {
  config: Config;
  db: Database;
  secrets: SecretBox;
}

/** The installation that this environment describes, also while it runs. */
async function withInstallation(work: (installation: Installation) => Promise<void>): Promise<void> {
  const config = readConfig(process.env);
  const url = config.DATABASE_URL ?? (await runningEmbedded(config.DATA_DIR));
  if (!url) throw new Error(`No oCore runs on ${config.DATA_DIR}: start it first, or set DATABASE_URL`);
  const db = openDatabase(url, 4, () => {});
  try {
    await work({ config, db, secrets: new SecretBox(config.SSH_ENCRYPTION_KEY) });
  } finally {
    await db.close();
  }
}

const program = new Command('keys').description('The keys of this installation; for use while it runs.');

program.command('rotate-signing').description('Makes a new key that signs access tokens. Nobody is signed out.').action(() => withInstallation(async ({ config, db, secrets }) => {
  // A process that hears of it late signs with the old key for a while.
  const seconds = config.JWT_ACCESS_EXPIRY + 600;
  const kid = await rotateSigningKey(db.prisma, secrets, seconds);
  process.stdout.write(`Access tokens are signed with the new key ${kid}; the older ones verify until ${new Date(Date.now() + seconds * 1000).toISOString()}\n`);
}));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
