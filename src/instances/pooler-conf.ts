import { createHmac } from 'node:crypto';
import type { Settings } from './kinds.ts';
import { databaseName, databaseRole, namesOf } from './names.ts';
import { type Sizing, workersOf } from './odoo-conf.ts';
import { type PoolerSettings, poolerPort } from './pooler-settings.ts';
import type { InstanceSecrets } from './sealed.ts';

export const poolerFiles = {
  conf: '/etc/ocore-pgbouncer.ini',
  users: '/etc/ocore-pgbouncer-users.txt',
  hba: '/etc/ocore-pgbouncer-hba.conf',
} as const;

/** Who reads PgBouncer's figures and tells it to read its files again. */
export const consoleUser = 'ocore';

/** The console's password follows from one that is sealed already, and tells nothing of it. */
export const consolePassword = ({ postgresPassword }: InstanceSecrets): string =>
  createHmac('sha256', postgresPassword).update('pgbouncer console').digest('base64url');

/**
 * What Odoo's processes need: each has a connection for its work and another for what it writes or tells beside it. In
 * threaded mode one process does the work of four. With fewer, one could hold the connection that it waits for itself.
 */
export function leastPool(settings: Pick<Settings, 'workers' | 'maxCronThreads'>, sizing: Sizing): number {
  const workers = workersOf(settings, sizing);
  return 2 * ((workers > 0 ? workers + 1 : 4) + settings.maxCronThreads);
}

/**
 * Pooling by session: Odoo listens to notifications, which only a session has. Its own database and `postgres`, where it
 * notifies, are there, and no other. Containers of the instance change their addresses with their starts.
 */
export function poolerConf(
  { id, slug }: { id: string; slug: string },
  { poolSize, maxClients }: PoolerSettings,
  least: number,
): string {
  const target = `host=${namesOf(id).database} port=5432`;
  return `; Written by oCore, which writes it again: change the settings there.
[databases]
${databaseName(slug)} = ${target}
postgres = ${target}

[pgbouncer]
listen_addr = *
listen_port = ${poolerPort}
unix_socket_dir =
auth_type = hba
auth_hba_file = ${poolerFiles.hba}
auth_file = ${poolerFiles.users}
admin_users = ${consoleUser}
pool_mode = session
default_pool_size = ${Math.max(poolSize, least)}
max_client_conn = ${maxClients}
ignore_startup_parameters = extra_float_digits
server_login_retry = 1
server_idle_timeout = 120
query_wait_timeout = 60
dns_max_ttl = 1
dns_nxdomain_ttl = 1
log_connections = 0
log_disconnections = 0
`;
}

/** With the passwords themselves: PgBouncer signs in to PostgreSQL with them, by SCRAM as everybody. */
export const poolerUsers = (secrets: InstanceSecrets): string =>
  `"${databaseRole}" "${secrets.odooPassword}"\n"${consoleUser}" "${consolePassword(secrets)}"\n`;

/** Whom PgBouncer lets in; `trusted` is the address of Odoo from a rotation of its password to its next start. */
export function poolerHba(trusted: string | null): string {
  const anywhere = ['0.0.0.0/0', '::/0'];
  return [
    ...(trusted === null ? [] : [`host all ${databaseRole} ${trusted}/32 trust`]),
    ...anywhere.map((address) => `host all ${databaseRole},${consoleUser} ${address} scram-sha-256`),
    '',
  ].join('\n');
}
