import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { SFTPWrapper } from 'ssh2';
import { StorageError } from './storage.ts';

/** What every server takes in one packet, and how many packets may be under way: a distant server is slow to answer. */
const packet = 32 * 1024;
const underWay = 32;

/** Rejects when the work is cancelled or the connection ends: ssh2 answers nothing then. */
export function brokenOff(sftp: SFTPWrapper, signal?: AbortSignal): Promise<never> {
  const broken = new Promise<never>((_, reject) => {
    sftp.once('close', () => reject(new StorageError('The SFTP connection was lost')));
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  broken.catch(() => {});
  return broken;
}

/** Writes the content to a new file, with several packets under way, and answers its size. */
export async function upload(
  sftp: SFTPWrapper,
  path: string,
  content: Readable,
  signal?: AbortSignal,
): Promise<number> {
  const handle = await new Promise<Buffer>((resolve, reject) =>
    sftp.open(path, 'w', { mode: 0o600 }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  let size = 0;
  const pending = new Set<Promise<void>>();
  for await (const chunk of content) {
    const bytes = Buffer.from(chunk);
    for (let offset = 0; offset < bytes.length; offset += packet) {
      signal?.throwIfAborted();
      if (pending.size >= underWay) await Promise.race(pending);
      const length = Math.min(packet, bytes.length - offset);
      const written = new Promise<void>((resolve, reject) =>
        sftp.write(handle, bytes, offset, length, size, (error) => (error ? reject(error) : resolve())),
      ).finally(() => pending.delete(written));
      // The wait for it tells its error.
      written.catch(() => {});
      pending.add(written);
      size += length;
    }
  }
  await Promise.all(pending);
  // Not every server knows it; those that do say when the file is on the disk.
  await new Promise<void>((resolve) => sftp.ext_openssh_fsync(handle, () => resolve()));
  await new Promise<void>((resolve, reject) => sftp.close(handle, (error) => (error ? reject(error) : resolve())));
  const { size: there } = await promisify(sftp.stat.bind(sftp))(path);
  if (there !== size) throw new StorageError(`${path} has ${there} bytes on the server; ${size} were written`);
  return size;
}

/** Reads exactly these bytes: a server may give fewer at a time. */
async function readFully(sftp: SFTPWrapper, handle: Buffer, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const count = await new Promise<number>((resolve, reject) =>
      sftp.read(handle, bytes, at, length - at, offset + at, (error, read) => (error ? reject(error) : resolve(read))),
    );
    if (count === 0) throw new StorageError('The file became shorter while it was read');
    at += count;
  }
  return bytes;
}

/** The file in order, with several packets under way. */
export async function* download(sftp: SFTPWrapper, path: string, size: number): AsyncGenerator<Buffer> {
  const handle = await new Promise<Buffer>((resolve, reject) =>
    sftp.open(path, 'r', (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  const broken = brokenOff(sftp);
  try {
    const asked: Promise<Buffer>[] = [];
    for (let offset = 0; offset < size || asked.length > 0; ) {
      while (offset < size && asked.length < underWay) {
        const block = readFully(sftp, handle, offset, Math.min(packet, size - offset));
        // Its turn tells its error.
        block.catch(() => {});
        asked.push(block);
        offset += packet;
      }
      const next = await Promise.race([asked.shift(), broken]);
      if (next) yield next;
    }
  } finally {
    sftp.close(handle, () => {});
  }
}
