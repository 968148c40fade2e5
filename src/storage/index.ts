import { DirectoryStorage } from './directory.ts';
import { type S3Place, S3Storage } from './s3.ts';
import { SftpStorage } from './sftp.ts';
import type { SftpPlace } from './sftp-session.ts';
import type { Storage } from './storage.ts';

export { type ObjectLock, type S3Place, S3Storage } from './s3.ts';
export { hostKeyOf, type SftpPlace } from './sftp-session.ts';
export { SftpStorage } from './sftp.ts';
export { type Storage, StorageError, type StoredFile, testStorage } from './storage.ts';

export type StoragePlace =
  | { kind: 'directory'; dir: string }
  | ({ kind: 'sftp' } & SftpPlace)
  | ({ kind: 's3' } & S3Place);

/** Nothing is connected before the first use. */
export function openStorage(place: StoragePlace): Storage {
  if (place.kind === 'directory') return new DirectoryStorage(place.dir);
  return place.kind === 'sftp' ? new SftpStorage(place) : new S3Storage(place);
}
