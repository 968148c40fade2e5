import { createReadStream, existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { BackupConfig } from '../config-backup.ts';
import { filePrefix, openDestination } from '../system-backups/index.ts';

interface Source {
  name: string;
  content: Readable;
  close(): Promise<void>;
}

/** A backup by its path on this machine, by its name in the destination, or the `latest` one there. */
export async function sourceOf(config: BackupConfig, given: string): Promise<Source> {
  if (given !== 'latest' && existsSync(given))
    return { name: given, content: createReadStream(given), close: async () => {} };
  const storage = openDestination(config);
  const name = given === 'latest' ? (await storage.list(filePrefix)).at(-1)?.name : given;
  if (name === undefined) throw new Error(`${storage.place} has no backup`);
  return { name, content: await storage.read(name), close: () => storage.close() };
}
