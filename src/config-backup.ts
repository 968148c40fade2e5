import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Cron } from 'croner';
import { z } from 'zod';
import { flag } from './config-values.ts';

/** Where backups go: `file:///dir`, `sftp://user@host:port/dir` or `s3://bucket/prefix`. Secrets have variables of their own. */
const destination = z.string().transform((text, context) => {
  const url = URL.parse(text);
  if (!url || !['file:', 'sftp:', 's3:'].includes(url.protocol))
    context.addIssue({
      code: 'custom',
      message: 'must be file:///directory, sftp://user@host/directory or s3://bucket/prefix',
    });
  else if (url.password !== '' || url.search !== '' || url.hash !== '')
    context.addIssue({ code: 'custom', message: 'must have no password, query or fragment' });
  else if (url.protocol !== 'file:' && url.hostname === '')
    context.addIssue({ code: 'custom', message: 'must name a host or bucket' });
  else if (url.protocol === 'sftp:' && url.username === '')
    context.addIssue({ code: 'custom', message: 'must name a user: sftp://user@host/directory' });
  return text;
});

/** Five fields, in UTC; `off` for none. */
const schedule = z.string().refine((text) => {
  if (text === 'off') return true;
  try {
    return (
      text.trim().split(/\s+/).length === 5 && new Cron(text, { paused: true, timezone: 'UTC' }).nextRun() !== null
    );
  } catch {
    return false;
  }
}, 'must be off, or five fields of cron in UTC: 30 2 * * *');

/** A file whose text is a secret: its end of line is not a part of it. */
const secretFile = z.string().transform((path, context) => {
  if (existsSync(path)) return readFileSync(resolve(path), 'utf8').trim();
  context.addIssue({ code: 'custom', message: `the file ${path} does not exist` });
  return '';
});

export const backupVariables = {
  BACKUP_DESTINATION: destination.optional(),
  BACKUP_SCHEDULE: schedule.default('30 2 * * *'),
  BACKUP_KEEP: z.coerce.number().int().min(1).max(10_000).default(14),
  BACKUP_KEEP_DAYS: z.coerce.number().int().min(0).max(36_500).default(0),
  BACKUP_PASSPHRASE: z.string().optional(),
  BACKUP_PASSPHRASE_FILE: secretFile.optional(),
  BACKUP_SFTP_HOST_KEY: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be a fingerprint such as ssh-keygen -l prints: SHA256:…')
    .optional(),
  BACKUP_SFTP_KEY_FILE: secretFile.optional(),
  BACKUP_SFTP_PASSWORD: z.string().min(1).optional(),
  BACKUP_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  BACKUP_S3_REGION: z.string().min(1).default('us-east-1'),
  BACKUP_S3_PATH_STYLE: flag.optional(),
  BACKUP_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  BACKUP_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
};

const all = z.object(backupVariables);
export type BackupConfig = Readonly<z.infer<typeof all>>;

const shortestPassphrase = 12;

/** The passphrase of the environment, or of its file. */
export const passphraseIn = (config: BackupConfig): string | undefined =>
  config.BACKUP_PASSPHRASE ?? config.BACKUP_PASSPHRASE_FILE;

/** What does not fit together. Without a destination there are no backups, and nothing is needed for them. */
export function backupProblems(config: BackupConfig): string[] {
  const { BACKUP_DESTINATION: to } = config;
  const problems: string[] = [];
  if (config.BACKUP_PASSPHRASE !== undefined && config.BACKUP_PASSPHRASE_FILE !== undefined)
    problems.push('BACKUP_PASSPHRASE: set it or BACKUP_PASSPHRASE_FILE, not both');
  const passphrase = passphraseIn(config);
  if (passphrase !== undefined && passphrase.length < shortestPassphrase)
    problems.push(`BACKUP_PASSPHRASE: must have at least ${shortestPassphrase} characters`);
  if (to === undefined) return problems;
  if (passphrase === undefined && config.BACKUP_SCHEDULE !== 'off')
    problems.push(
      'BACKUP_PASSPHRASE: required with BACKUP_DESTINATION, or set BACKUP_PASSPHRASE_FILE. Keep a copy elsewhere: without it no backup can be restored',
    );
  if (to.startsWith('sftp:')) {
    if (config.BACKUP_SFTP_HOST_KEY === undefined)
      problems.push('BACKUP_SFTP_HOST_KEY: required with an SFTP destination');
    if ((config.BACKUP_SFTP_KEY_FILE === undefined) === (config.BACKUP_SFTP_PASSWORD === undefined))
      problems.push('BACKUP_SFTP_KEY_FILE: set it or BACKUP_SFTP_PASSWORD with an SFTP destination');
  }
  if (to.startsWith('s3:'))
    for (const name of ['BACKUP_S3_ACCESS_KEY_ID', 'BACKUP_S3_SECRET_ACCESS_KEY'] as const)
      if (config[name] === undefined) problems.push(`${name}: required with an S3 destination`);
  return problems;
}
