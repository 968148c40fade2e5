import { fileURLToPath } from 'node:url';
import type { BackupConfig } from '../config-backup.ts';
import { openStorage, type Storage, type StoragePlace } from '../storage/index.ts';
import { BackupError } from './backup-error.ts';

/** `sftp://host/backups` is in the user's home, `sftp://host//srv/backups` is absolute. */
const sftpDirectory = (path: string): string => path.replace(/^\//, '').replace(/(?<=.)\/+$/, '') || '.';

function placeOf(config: BackupConfig, text: string): StoragePlace {
  const url = new URL(text);
  const path = decodeURIComponent(url.pathname);
  if (url.protocol === 'file:') return { kind: 'directory', dir: fileURLToPath(url) };
  if (url.protocol === 'sftp:') {
    const { BACKUP_SFTP_KEY_FILE: privateKey, BACKUP_SFTP_PASSWORD: password = '' } = config;
    return {
      kind: 'sftp',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? 22 : Number(url.port),
      user: decodeURIComponent(url.username),
      dir: sftpDirectory(path),
      hostKey: config.BACKUP_SFTP_HOST_KEY ?? '',
      auth: privateKey === undefined ? { password } : { privateKey: `${privateKey}\n` },
    };
  }
  const prefix = path.replace(/^\/+|\/+$/g, '');
  return {
    kind: 's3',
    bucket: url.hostname,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region: config.BACKUP_S3_REGION,
    endpoint: config.BACKUP_S3_ENDPOINT ?? null,
    pathStyle: config.BACKUP_S3_PATH_STYLE ?? config.BACKUP_S3_ENDPOINT !== undefined,
    credentials: {
      accessKeyId: config.BACKUP_S3_ACCESS_KEY_ID ?? '',
      secretAccessKey: config.BACKUP_S3_SECRET_ACCESS_KEY ?? '',
    },
  };
}

/** The place of the installation's own backups. */
export function openDestination(config: BackupConfig): Storage {
  if (config.BACKUP_DESTINATION === undefined)
    throw new BackupError(
      'No destination is configured: set BACKUP_DESTINATION to file:///directory, sftp://user@host/directory or s3://bucket/prefix',
    );
  return openStorage(placeOf(config, config.BACKUP_DESTINATION));
}
