import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FileEntryWithStats, SFTPWrapper } from 'ssh2';
import { hostAndPort } from '../networks.ts';
import { openSftp, type SftpPlace, type SftpSession } from './sftp-session.ts';
import { brokenOff, download, upload } from './sftp-transfer.ts';
import { checkName, isPart, leftoverMs, partOf, type Storage, StorageError, type StoredFile } from './storage.ts';

const noSuchFile = 2;
const isMissing = (error: unknown): boolean => error instanceof Error && Reflect.get(error, 'code') === noSuchFile;
const missingIsFine = (error: unknown): void => {
  if (!isMissing(error)) throw error;
};

/** A directory of an SFTP server. */
export class SftpStorage implements Storage {
  readonly place: string;
  readonly #place: SftpPlace;
  #session: Promise<SftpSession> | undefined;

  constructor(place: SftpPlace) {
    this.#place = place;
    this.place = `sftp://${place.user}@${hostAndPort(place.host, place.port)}/${place.dir}`;
  }

  async write(name: string, content: Readable, signal?: AbortSignal): Promise<number> {
    const part = this.#path(partOf(checkName(name)));
    const { sftp } = await this.#open();
    const broken = brokenOff(sftp, signal);
    try {
      await this.#makeDirectory(sftp);
      const size = await Promise.race([upload(sftp, part, content, signal), broken]);
      const target = this.#path(name);
      await new Promise<void>((resolve, reject) =>
        sftp.ext_openssh_rename(part, target, (error) => (error ? reject(error) : resolve())),
      ).catch(() => promisify(sftp.rename.bind(sftp))(part, target));
      return size;
    } catch (error) {
      content.destroy();
      const removed = promisify(sftp.unlink.bind(sftp))(part).catch(() => {});
      await Promise.race([removed, sleep(5000, undefined, { ref: false })]);
      throw error;
    }
  }

  async read(name: string, signal?: AbortSignal): Promise<Readable> {
    const path = this.#path(checkName(name));
    const { sftp } = await this.#open();
    const { size } = await promisify(sftp.stat.bind(sftp))(path).catch((error: unknown) => {
      throw isMissing(error) ? new StorageError(`${this.place}/${name} does not exist`) : error;
    });
    return Readable.from(download(sftp, path, size), { objectMode: false, signal });
  }

  async list(prefix: string): Promise<StoredFile[]> {
    const entries = await this.#entries();
    return entries
      .filter(({ filename }) => filename.startsWith(prefix) && !isPart(filename))
      .map(({ filename, attrs }) => ({ name: filename, size: attrs.size, modifiedAt: new Date(attrs.mtime * 1000) }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async delete(name: string): Promise<void> {
    const { sftp } = await this.#open();
    await promisify(sftp.unlink.bind(sftp))(this.#path(checkName(name))).catch(missingIsFine);
  }

  async sweep(prefix: string): Promise<void> {
    const { sftp } = await this.#open();
    for (const { filename, attrs } of await this.#entries())
      if (isPart(filename) && filename.startsWith(`.${prefix}`) && attrs.mtime * 1000 < Date.now() - leftoverMs)
        await promisify(sftp.unlink.bind(sftp))(this.#path(filename)).catch(missingIsFine);
  }

  /** What is free in the directory; null where the server does not tell. */
  async freeBytes(): Promise<number | null> {
    const { sftp } = await this.#open();
    return new Promise((resolve) =>
      sftp.ext_openssh_statvfs(this.#place.dir, (error, { f_bavail, f_frsize } = { f_bavail: 0, f_frsize: 0 }) =>
        resolve(error ? null : f_bavail * f_frsize),
      ),
    );
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    session?.end();
    this.#session = undefined;
  }

  #path(name: string): string {
    return `${this.#place.dir}/${name}`;
  }

  #open(): Promise<SftpSession> {
    this.#session ??= openSftp(this.#place).then((session) => {
      // A session that ended is opened again by whoever needs the next one.
      session.sftp.once('close', () => {
        this.#session = undefined;
      });
      return session;
    });
    this.#session.catch(() => {
      this.#session = undefined;
    });
    return this.#session;
  }

  async #entries(): Promise<FileEntryWithStats[]> {
    const { sftp } = await this.#open();
    return promisify(sftp.readdir.bind(sftp))(this.#place.dir).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
  }

  async #makeDirectory(sftp: SFTPWrapper): Promise<void> {
    const parts = this.#place.dir.split('/');
    for (let end = 1; end <= parts.length; end += 1) {
      const path = parts.slice(0, end).join('/');
      if (path === '') continue;
      const exists = await promisify(sftp.stat.bind(sftp))(path).then(
        () => true,
        () => false,
      );
      if (!exists) await new Promise<void>((resolve, reject) => sftp.mkdir(path, (e) => (e ? reject(e) : resolve())));
    }
  }
}
