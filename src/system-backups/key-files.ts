import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupError } from './backup-error.ts';
import type { Head } from './format.ts';

interface KeyFile {
  path: string;
  text: string;
}

/** The files under the data directory from which a restored installation reads its keys. */
function filesOf(dataDir: string, { current, previous }: Head['keys']): KeyFile[] {
  const file = (name: string, text: string): KeyFile => ({ path: join(dataDir, 'secrets', name), text: `${text}\n` });
  return [
    file('ssh_encryption_key', current),
    ...(previous.length > 0 ? [file('ssh_encryption_key_previous', previous.join(','))] : []),
  ];
}

const isSame = ({ path, text }: KeyFile): boolean => readFileSync(path, 'utf8').trim() === text.trim();

/**
 * Puts the keys of the backup where the program finds them, unless the environment has them. Answers how to take that back.
 * Keys of another installation are left alone: what they sealed would be lost.
 */
export async function placeKeys(
  dataDir: string,
  keys: Head['keys'],
  given: string | undefined,
): Promise<{ written: string[]; undo: () => Promise<void> }> {
  if (given !== undefined) {
    if (given !== keys.current)
      throw new BackupError(
        'SSH_ENCRYPTION_KEY is not the key of the backup, which could not be read with it. Unset the variable and restore again: the key of the backup is then written to a file under DATA_DIR',
      );
    return { written: [], undo: async () => {} };
  }
  const files = filesOf(dataDir, keys);
  const other = files.find((file) => existsSync(file.path) && !isSame(file));
  if (other) throw new BackupError(`${other.path} has the key of another installation: restore into an empty DATA_DIR`);
  await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  const fresh = files.filter(({ path }) => !existsSync(path));
  for (const { path, text } of fresh) await writeFile(path, text, { mode: 0o600, flush: true });
  return {
    written: files.map(({ path }) => path),
    undo: async () => {
      for (const { path } of fresh) await rm(path, { force: true });
    },
  };
}
