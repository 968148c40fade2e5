import { databaseName, databaseRole, namesOf } from './names.ts';
import { poolerOf, poolerPort } from './pooler-settings.ts';
import type { InstanceSecrets } from './sealed.ts';
import type { Settings } from './kinds.ts';

export interface Sizing {
  cpuCores: number;
  ramTotalBytes: number;
}

/**
 * Odoo's workers when they are left to oCore: threaded mode on small servers; else Odoo's own rule, 2 a core and one,
 * within half the memory at 325 MB a worker. Source: Odoo's deployment guide.
 */
export function workersOf(settings: Pick<Settings, 'workers'>, sizing: Sizing): number {
  if (settings.workers !== null) return settings.workers;
  if (sizing.cpuCores < 4) return 0;
  return Math.max(2, Math.min(sizing.cpuCores * 2 + 1, Math.floor((sizing.ramTotalBytes * 0.5) / 325_000_000)));
}

const mib = 1024 ** 2;

/** A limit that Odoo's own recycling reaches first: the kernel must not kill what Odoo would have restarted. */
export function memoryLimitOf(
  settings: Pick<Settings, 'workers' | 'maxCronThreads' | 'limitMemoryHard' | 'memoryLimit'>,
  sizing: Sizing,
): number {
  if (settings.memoryLimit !== null) return settings.memoryLimit;
  const processes = Math.max(1, workersOf(settings, sizing)) + settings.maxCronThreads + 1;
  return Math.min(processes * settings.limitMemoryHard, Math.floor(sizing.ramTotalBytes * 0.7));
}

/** PostgreSQL gets a fifth of the server's memory; Odoo's part is at most seven tenths, so a tenth stays for the server. */
export function databaseMemoryOf(
  { databaseMemoryLimit }: Pick<Settings, 'databaseMemoryLimit'>,
  sizing: Sizing,
): number {
  return databaseMemoryLimit ?? Math.floor(Math.min(8192 * mib, Math.max(384 * mib, sizing.ramTotalBytes * 0.2)));
}

export interface OdooInstance {
  id: string;
  slug: string;
  odooVersion: string;
  demo: boolean;
  replicaHost: string | null;
  databasePooler: unknown;
}

/** The first release of Odoo that reads from a replica. */
const readsReplicas = 18;

export const usesReplicas = ({ odooVersion }: Pick<OdooInstance, 'odooVersion'>): boolean =>
  Number.parseInt(odooVersion, 10) >= readsReplicas;

/**
 * The whole `odoo.conf`. Every value is a number, a constant, made by us or a path without control characters, so that no
 * line can be smuggled in.
 */
export function odooConf(
  instance: OdooInstance,
  settings: Settings,
  secrets: InstanceSecrets,
  sizing: Sizing,
  addonsPath: readonly string[],
): string {
  const major = Number.parseInt(instance.odooVersion, 10);
  const database = databaseName(instance.slug);
  const names = namesOf(instance.id);
  const pooled = poolerOf(instance) !== null;
  const lines: Record<string, string | number> = {
    admin_passwd: secrets.masterPassword,
    db_host: pooled ? names.pooler : names.database,
    db_port: pooled ? poolerPort : 5432,
    // Older ones warn about options that they do not know.
    ...(instance.replicaHost !== null && usesReplicas(instance)
      ? { db_replica_host: instance.replicaHost, db_replica_port: 5432 }
      : {}),
    db_user: databaseRole,
    db_password: secrets.odooPassword,
    db_name: database,
    dbfilter: `^${database}$`,
    list_db: 'False',
    proxy_mode: 'True',
    data_dir: '/var/lib/odoo',
    ...(addonsPath.length > 0 ? { addons_path: addonsPath.join(',') } : {}),
    // Inside its container Odoo listens for the bridge; which address of the server leads there is Docker's binding.
    http_interface: '0.0.0.0',
    http_port: 8069,
    gevent_port: 8072,
    workers: workersOf(settings, sizing),
    max_cron_threads: settings.maxCronThreads,
    limit_memory_soft: settings.limitMemorySoft,
    limit_memory_hard: settings.limitMemoryHard,
    limit_time_cpu: settings.limitTimeCpu,
    limit_time_real: settings.limitTimeReal,
    log_level: settings.logLevel,
    ...(major >= 19
      ? { with_demo: instance.demo ? 'True' : 'False' }
      : { without_demo: instance.demo ? 'False' : 'all' }),
  };
  return `[options]\n${Object.entries(lines)
    .map(([key, value]) => `${key} = ${value}`)
    .join('\n')}\n`;
}
