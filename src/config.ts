import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { backupProblems, backupVariables } from './config-backup.ts';
import {
  duration,
  flag,
  hosts,
  networks,
  organizations,
  origins,
  perMinute,
  portRange,
  releases,
  secret,
  trustedProxies,
} from './config-values.ts';

/** In production, connections to what only this machine or its own network should reach are denied. */
const deniedInProduction = 'loopback,link-local,metadata,unspecified,multicast,own';

const variables = z.object({
  ENVIRONMENT: z.enum(['development', 'production', 'test']).default('development'),
  OCORE_ROLE: z.enum(['gateway', 'worker', 'all']).default('all'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(4000),
  APP_URL: z.url().optional(),
  CORS_ORIGINS: origins.default([]),
  PASSKEY_ORIGINS: origins.default([]),
  DATA_DIR: z.string().min(1).default('data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional(),
  DB_POOL_MAX_CONNS: z.coerce.number().int().min(4).max(500).default(25),
  SSH_ENCRYPTION_KEY: secret.optional(),
  SSH_ENCRYPTION_KEY_PREVIOUS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((key) => key.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.string().min(32, 'each key must have at least 32 characters'))),
  JWT_ACCESS_EXPIRY: duration.default(3600),
  REFRESH_EXPIRY: duration.default(30 * 86400),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  ALLOW_LOCAL_SERVER: organizations,
  SERVER_NETWORKS_DENIED: networks,
  SERVER_NETWORKS_ALLOWED: networks,
  WEBHOOK_NETWORKS_ALLOWED: networks,
  WEBHOOK_HOSTS_ALLOWED: hosts,
  WEBHOOK_TIMEOUT: duration.default(15),
  SIGNUP_OPEN: flag.default(true),
  SIGNUP_CONFIRMATION: flag.optional(),
  OCORE_SETUP_TOKEN: secret.optional(),
  TRUST_PROXY: trustedProxies.optional(),
  RATE_LIMIT_ADDRESS: perMinute.default(3000),
  RATE_LIMIT_ANONYMOUS: perMinute.default(120),
  RATE_LIMIT_ACCOUNT: perMinute.default(1200),
  RATE_LIMIT_GRAPHQL_COST: perMinute.default(100_000),
  RATE_LIMIT_SENSITIVE_FACTOR: z.coerce.number().int().min(1).max(100_000).default(1),
  SOCKETS_PER_ACCOUNT: z.coerce.number().int().min(1).max(100_000).default(100),
  REQUIRE_VERIFIED_EMAIL: flag.default(false),
  GITHUB_CLIENT_ID: z.string().min(1).optional(),
  GITHUB_CLIENT_SECRET: z.string().min(1).optional(),
  GITHUB_URL: z.url({ protocol: /^https?$/ }).default('https://github.com'),
  GOOGLE_CLIENT_ID: z.string().min(1).optional(),
  GOOGLE_CLIENT_SECRET: z.string().min(1).optional(),
  GOOGLE_ISSUER: z.url({ protocol: /^https?$/ }).default('https://accounts.google.com'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SMTP_HOST: z.string().min(1).optional(),
  SMTP_PORT: z.coerce.number().int().min(1).max(65535).default(587),
  SMTP_USER: z.string().min(1).optional(),
  SMTP_PASSWORD: z.string().min(1).optional(),
  /** tls: from the first byte (port 465); starttls: required after the greeting; none: only for a server on the same machine. */
  SMTP_TLS: z.enum(['tls', 'starttls', 'none']).default('starttls'),
  SMTP_FROM: z.string().min(3).optional(),
  /** Where the audit log is forwarded to: syslog over TLS, with the certificates to trust, and HTTP. */
  AUDIT_SYSLOG_URL: z.url({ protocol: /^tls$/ }).optional(),
  AUDIT_SYSLOG_CA: z.string().min(1).optional(),
  AUDIT_HTTP_URL: z.url({ protocol: /^https?$/ }).optional(),
  AUDIT_HTTP_SECRET: secret.optional(),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(500).default(50),
  SERVER_CONCURRENCY: z.coerce.number().int().min(1).max(50).default(5),
  /** How long a server may take to answer a new connection. */
  SSH_CONNECT_TIMEOUT: duration.default(10),
  MONITOR_INTERVAL: duration.default(30),
  OPERATION_LEASE: duration.default(10),
  OPERATION_LOG_RETENTION: duration.default(90 * 86400),
  STREAM_HEARTBEAT: duration.default(15),
  ODOO_IMAGE: z.string().min(1).default('odoo'),
  POSTGRES_IMAGE: z.string().min(1).default('postgres:17'),
  /** What the PostgreSQL of an instance can be upgraded to. */
  POSTGRES_UPGRADE_IMAGES: releases.default(['postgres:16', 'postgres:17', 'postgres:18']),
  /** What writes and reads backups on the servers. */
  RESTIC_IMAGE: z.string().min(1).default('restic/restic:0.19.1'),
  PGBOUNCER_IMAGE: z.string().min(1).default('edoburu/pgbouncer:v1.25.2-p0'),
  MAIL_CATCHER_IMAGE: z.string().min(1).default('axllent/mailpit:v1.27'),
  /** How often the changes of databases are archived that can be restored to any second. */
  WAL_ARCHIVE_INTERVAL: duration.default(60),
  /** How long Odoo may take to update the modules of a deployment, and an image to be built for one. */
  DEPLOYMENT_UPDATE_TIMEOUT: duration.default(3600),
  DEPLOYMENT_BUILD_TIMEOUT: duration.default(1800),
  /** Where instances answer on their server: on every address, or on loopback only, for a proxy of the operator's own. */
  INSTANCE_PORTS: z.enum(['public', 'loopback']).default('public'),
  PORT_RANGE: portRange,
  ...backupVariables,
});

type Variables = z.infer<typeof variables>;

/** The program's configuration, typed. Times are in seconds. */
export type Config = Readonly<
  Omit<Variables, 'SSH_ENCRYPTION_KEY' | 'APP_URL' | 'SIGNUP_CONFIRMATION'> & {
    /** Whether an account is made only once its e-mail address was confirmed. */
    SIGNUP_CONFIRMATION: boolean;
    SSH_ENCRYPTION_KEY: string;
    APP_URL: string;
    /** Whether APP_URL was given: what requests came to is then of no interest. */
    hasAppUrl: boolean;
  }
>;

export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Development only: a secret made once and kept under the data directory, readable by its owner alone. */
function persistentSecret(dataDir: string, name: string): string {
  const file = join(dataDir, 'secrets', name);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dataDir, { recursive: true });
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const value = randomBytes(32).toString('base64url');
  writeFileSync(file, `${value}\n`, { mode: 0o600, flag: 'wx' });
  return value;
}

/** Keys of the past that a restore from a backup has left beside the current one. */
function restoredKeys(dataDir: string): string[] {
  const file = join(dataDir, 'secrets', 'ssh_encryption_key_previous');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(',') : [];
}

const placeVariables = variables
  .pick({ DATA_DIR: true, DATABASE_URL: true, SSH_ENCRYPTION_KEY: true })
  .extend(backupVariables);

/** What a restore needs to know. Unlike the program, it makes no key: the backup brings it. */
export function readRestoreConfig(env: Readonly<Record<string, string | undefined>>): z.infer<typeof placeVariables> {
  const result = placeVariables.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!result.success)
    throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const problems = backupProblems({ ...result.data, BACKUP_SCHEDULE: 'off' });
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...result.data, DATA_DIR: resolve(result.data.DATA_DIR) };
}

/** Reads the environment. Throws one ConfigError that names every wrong variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const production = given['ENVIRONMENT'] === 'production';
  // An operator's own list adds to these: it is no place to lose one of them by accident.
  if (production)
    given['SERVER_NETWORKS_DENIED'] = [deniedInProduction, given['SERVER_NETWORKS_DENIED'] ?? ''].join(',');
  const result = variables.safeParse(given);
  const problems = result.success
    ? []
    : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  for (const provider of ['GITHUB', 'GOOGLE']) {
    const [id, secretName] = [`${provider}_CLIENT_ID`, `${provider}_CLIENT_SECRET`];
    if ((given[id] === undefined) !== (given[secretName] === undefined))
      problems.push(`${given[id] === undefined ? id : secretName}: ${id} and ${secretName} must be set together`);
  }
  if ((given['AUDIT_HTTP_URL'] === undefined) !== (given['AUDIT_HTTP_SECRET'] === undefined))
    problems.push('AUDIT_HTTP_SECRET: AUDIT_HTTP_URL and AUDIT_HTTP_SECRET must be set together');
  if (given['AUDIT_SYSLOG_CA'] !== undefined && !existsSync(given['AUDIT_SYSLOG_CA']))
    problems.push(`AUDIT_SYSLOG_CA: there is no file ${given['AUDIT_SYSLOG_CA']}`);
  if (given['SMTP_URL'] !== undefined && given['SMTP_HOST'] !== undefined)
    problems.push('SMTP_HOST: set SMTP_URL or SMTP_HOST, not both');
  if (production) {
    // In production nothing is made up: a generated key would be lost with the machine, and the data with it.
    for (const name of ['DATABASE_URL', 'SSH_ENCRYPTION_KEY', 'APP_URL']) {
      if (given[name] === undefined) problems.push(`${name}: required when ENVIRONMENT=production`);
    }
    if (result.data?.ALLOW_LOCAL_SERVER.everybody) {
      problems.push('ALLOW_LOCAL_SERVER: in production it must list organizations by id or slug');
    }
  }
  const sendsMail = given['SMTP_URL'] !== undefined || given['SMTP_HOST'] !== undefined;
  if (production && given['SIGNUP_CONFIRMATION'] === 'true' && !sendsMail)
    problems.push('SIGNUP_CONFIRMATION: needs a mail server: SMTP_URL or SMTP_HOST');
  if (result.success) problems.push(...backupProblems(result.data));
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  const values = result.data;
  const dataDir = resolve(values.DATA_DIR);
  return {
    ...values,
    DATA_DIR: dataDir,
    SIGNUP_CONFIRMATION: values.SIGNUP_CONFIRMATION ?? (production && sendsMail),
    hasAppUrl: values.APP_URL !== undefined,
    APP_URL: values.APP_URL ?? `http://${values.HOST}:${values.PORT}`,
    SSH_ENCRYPTION_KEY: values.SSH_ENCRYPTION_KEY ?? persistentSecret(dataDir, 'ssh_encryption_key'),
    SSH_ENCRYPTION_KEY_PREVIOUS:
      values.SSH_ENCRYPTION_KEY === undefined && values.SSH_ENCRYPTION_KEY_PREVIOUS.length === 0
        ? restoredKeys(dataDir)
        : values.SSH_ENCRYPTION_KEY_PREVIOUS,
  };
}
