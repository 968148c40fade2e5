import { runningEmbedded } from '../../prisma/embedded.ts';
import { type Config, readConfig } from '../config.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { MasterKeys } from '../secrets/master-keys.ts';

export interface Installation {
  config: Config;
  db: Database;
  masters: MasterKeys;
}

/** The installation that this environment describes, also while it runs. */
export async function withInstallation(work: (installation: Installation) => Promise<void>): Promise<void> {
  const config = readConfig(process.env);
  const url = config.DATABASE_URL ?? (await runningEmbedded(config.DATA_DIR));
  if (!url) throw new Error(`No oCore runs on ${config.DATA_DIR}: start it first, or set DATABASE_URL`);
  const db = openDatabase(url, 4, () => {});
  try {
    await work({ config, db, masters: new MasterKeys(config.SSH_ENCRYPTION_KEY, config.SSH_ENCRYPTION_KEY_PREVIOUS) });
  } finally {
    await db.close();
  }
}
