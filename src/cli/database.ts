import { findEmbedded, startEmbedded } from '../../prisma/embedded.ts';
import type { Config } from '../config.ts';
import { type Database, openDatabase } from '../db.ts';

/** The database of this installation, also while the program runs; the embedded one is started where it does not. */
export async function commandDatabase(config: Config): Promise<{ db: Database; close: () => Promise<void> }> {
  const running = config.DATABASE_URL ?? (await findEmbedded(config.DATA_DIR));
  const embedded = running === undefined ? await startEmbedded(config.DATA_DIR) : undefined;
  const db = openDatabase(running ?? embedded?.url ?? '', 4, () => {});
  return {
    db,
    close: async () => {
      await db.close();
      await embedded?.stop();
    },
  };
}
