import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';
import { extract, pack } from 'tar-stream';
import { BackupError, reasonOf } from './backup-error.ts';
import { PassphraseIdentity, PassphraseRecipient } from './passphrase.ts';

/** A file of the archive. Tables are cut into blocks, so none is long. */
export interface Entry {
  name: string;
  content: Buffer;
}

/** More than any block or manifest has: what is longer is not ours, and would fill the memory. */
const longestEntry = 64 * 1024 * 1024;

/** A stream as the age library takes it: pulled, and destroyed when nobody wants more. */
function toWeb(source: Readable): ReadableStream<Uint8Array> {
  const chunks = source.iterator({ destroyOnReturn: true });
  return new ReadableStream({
    pull: async (controller) => {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => {
      await chunks.return?.();
    },
  });
}

const fromWeb = (stream: ReadableStream<Uint8Array>): Readable => Readable.from(stream, { objectMode: false });

/** The entries as a file: age(gzip(tar)). One entry at a time is in memory, at the speed of the reader. */
export async function seal(entries: AsyncIterable<Entry>, passphrase: string): Promise<Readable> {
  const tar = pack();
  const fill = async (): Promise<void> => {
    for await (const { name, content } of entries)
      await new Promise<void>((resolve, reject) => {
        tar.once('error', reject);
        tar.entry({ name, size: content.length, mode: 0o600 }, content, (error) => {
          tar.off('error', reject);
          if (error) reject(error);
          else resolve();
        });
      });
    tar.finalize();
  };
  fill().catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));
  const zipped = createGzip();
  // Its error is also that of the stream that comes out.
  pipeline(Readable.from(tar, { objectMode: false }), zipped).catch(() => {});
  const encrypter = new Encrypter();
  encrypter.addRecipient(new PassphraseRecipient(passphrase));
  return fromWeb(await encrypter.encrypt(toWeb(zipped)));
}

/** The entries of a file. What was altered or cut off ends with an error, at the latest after the last entry. */
export async function* unseal(source: Readable, passphrase: string): AsyncGenerator<Entry> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(new PassphraseIdentity(passphrase));
  const tar = extract();
  try {
    const plain = await decrypter.decrypt(toWeb(source));
    const done = pipeline(fromWeb(plain), createGunzip(), tar);
    done.catch(() => {});
    for await (const entry of tar) {
      const { name, size = 0 } = entry.header;
      if (size > longestEntry) throw new BackupError(`The entry ${name} of the backup is too long`);
      const blocks: Buffer[] = [];
      for await (const block of entry) if (block instanceof Uint8Array) blocks.push(Buffer.from(block));
      yield { name, content: Buffer.concat(blocks) };
    }
    await done;
  } catch (error) {
    if (error instanceof BackupError) throw error;
    const text = reasonOf(error);
    throw new BackupError(
      /no identity matched|invalid header|invalid version|line is too long/i.test(text)
        ? `This is not a backup of oCore, or its beginning is damaged (${text})`
        : `The backup is damaged or was cut off (${text})`,
      { cause: error },
    );
  } finally {
    source.destroy();
    tar.destroy();
  }
}
