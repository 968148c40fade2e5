import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

export interface StoredFile {
  name: string;
  size: number;
  modifiedAt: Date;
}

/** A place for files outside of this machine's own data: a directory, an SFTP server or an S3 bucket. */
export interface Storage {
  /** The place as a person reads it, without secrets. */
  readonly place: string;
  /**
   * Writes a file and answers its size. It has its name only once it is whole: what breaks off is never found by `list`
   * or `read`.
   */
  write(name: string, content: Readable, signal?: AbortSignal): Promise<number>;
  read(name: string, signal?: AbortSignal): Promise<Readable>;
  /** Every file whose name begins so, by name. */
  list(prefix: string): Promise<StoredFile[]>;
  /** Deletes a file; one that is not there is deleted. */
  delete(name: string): Promise<void>;
  /** Takes away what interrupted writes left, which nobody sees but the bill. */
  sweep(prefix: string): Promise<void>;
  /** Ends the connection. */
  close(): Promise<void>;
}

/** What a storage cannot do, in words for whoever set it up. */
export class StorageError extends Error {
  /** What is wrong with the way to it, where that is known. */
  readonly reason: 'host_key' | 'credentials' | 'unreachable' | undefined;
  constructor(message: string, options: ErrorOptions & { reason?: StorageError['reason'] } = {}) {
    super(message, options);
    this.name = 'StorageError';
    this.reason = options.reason;
  }
}

const nameShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** Names become parts of paths and keys. */
export function checkName(name: string): string {
  if (!nameShape.test(name))
    throw new StorageError(
      `The name ${JSON.stringify(name)} is not allowed: letters, digits, dots, hyphens and underscores only`,
    );
  return name;
}

/** What a file is called while it is written. */
export const partOf = (name: string): string => `.${name}.part`;
export const isPart = (name: string): boolean => name.startsWith('.') && name.endsWith('.part');

/** How old a part must be before it is taken for the remains of an interrupted write. */
export const leftoverMs = 86_400_000;

/** Writes, reads, lists and deletes a small file, as a backup would. */
export async function testStorage(storage: Storage): Promise<void> {
  const name = `ocore-test-${randomUUID()}`;
  const content = Buffer.from('This file tests whether oCore can use this place for its backups.\n');
  await storage.write(name, Readable.from([content]));
  try {
    const read = await storage.read(name);
    const back = Buffer.concat(await read.toArray());
    if (!back.equals(content)) throw new StorageError(`${storage.place}: a file was not read back as it was written`);
    if (!(await storage.list(name)).some((file) => file.name === name))
      throw new StorageError(`${storage.place}: a file that was written is not in the list`);
  } finally {
    await storage.delete(name);
  }
}
