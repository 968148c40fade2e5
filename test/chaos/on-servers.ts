import type Docker from 'dockerode';
import { memoryLimitOf } from '../../src/instances/odoo-conf.ts';
import type { Scene } from './invariants.ts';

const label = 'sh.ocore.instance';
const partLabel = 'sh.ocore.part';

/** What the database says of an instance and of the operation that was its last. */
interface Implied {
  id: string;
  name: string;
  status: string;
  http_port: number | null;
  /** That of a replica which was promoted. */
  database_volume: string | null;
  /** Whether Odoo connects through PgBouncer. */
  pooled: boolean;
  /** Whether it was provisioned once and no deletion of it has begun. */
  whole: boolean;
  /** Whether the clean-up after its last operation says itself that it did not finish. */
  half_cleaned: boolean;
  memory: number;
}

interface ImpliedRow extends Omit<Implied, 'memory'> {
  workers: number | null;
  limit_memory_hard: string;
  max_cron_threads: number;
  cpu_cores: number;
  ram_total_bytes: string;
}

async function impliedOn(sql: Scene['sql'], socket: string): Promise<Implied[]> {
  const rows = await sql<ImpliedRow>(
    `SELECT i.id, i.name, i.status, i.http_port, i.database_volume, i.database_pooler IS NOT NULL AS pooled, i.workers, i.limit_memory_hard, i.max_cron_threads, s.cpu_cores, s.ram_total_bytes,
       EXISTS (SELECT 1 FROM operations o WHERE o.resource_id = i.id AND o.kind = 'instance.provision' AND o.status = 'succeeded')
         AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.resource_id = i.id AND o.kind IN ('instance.delete', 'instance.backup_and_delete') AND o.attempt > 0) AS whole,
       EXISTS (SELECT 1 FROM operation_logs l WHERE l.step = 'cleanup' AND l.level = 'error' AND l.operation_id = (SELECT id FROM operations o WHERE o.resource_id = i.id ORDER BY id DESC LIMIT 1)) AS half_cleaned
     FROM instances i JOIN servers s ON s.id = i.server_id WHERE s.docker_socket = $1 AND i.status <> 'removed'`,
    [socket],
  );
  return rows.map((row) => ({
    ...row,
    memory: memoryLimitOf(
      {
        workers: row.workers,
        limitMemoryHard: Number(row.limit_memory_hard),
        maxCronThreads: row.max_cron_threads,
        memoryLimit: null,
      },
      { cpuCores: row.cpu_cores, ramTotalBytes: Number(row.ram_total_bytes) },
    ),
  }));
}

/** What is there of one instance. */
interface Found {
  containers: Docker.ContainerInspectInfo[];
  networks: string[];
  volumes: { name: string; part: string }[];
}

const nameOf = (container: Docker.ContainerInspectInfo): string => container.Name.replace(/^\//, '');
/** The name without the instance's: `db`, `odoo`, `odoo-previous`, `init`. */
const roleOf = (id: string, container: Docker.ContainerInspectInfo): string =>
  nameOf(container).replace(`ocore-${id}-`, '');

function wrongWithRunning(instance: Implied, { containers }: Found): string[] {
  const wrong: string[] = [];
  for (const container of containers) {
    const { State, HostConfig, Mounts } = container;
    if (State.Running !== (instance.status === 'running')) wrong.push(`${nameOf(container)} is ${State.Status}`);
    const role = roleOf(instance.id, container);
    // PgBouncer keeps nothing.
    if (role !== 'pooler' && !Mounts.some(({ Type, Name }) => Type === 'volume' && Name?.includes(instance.id)))
      wrong.push(`${nameOf(container)} has none of the volumes of its instance`);
    if (role !== 'odoo') continue;
    if (HostConfig.Memory !== instance.memory)
      wrong.push(
        `${nameOf(container)} has ${HostConfig.Memory} bytes of memory, not the ${instance.memory} of the settings`,
      );
    const bound: unknown = HostConfig.PortBindings;
    if (!JSON.stringify(bound).includes(`"${instance.http_port}"`))
      wrong.push(`${nameOf(container)} is published on ${JSON.stringify(bound)}, not on ${instance.http_port}`);
  }
  return wrong;
}

function wrongWith(instance: Implied, found: Found): string[] {
  const roles = found.containers.map((container) => roleOf(instance.id, container)).sort();
  const parts = found.volumes.map(({ part }) => part).sort();
  const has = `containers [${roles.join(' ')}], ${found.networks.length} networks, volumes [${parts.join(' ')}]`;
  const complete =
    roles.join(' ') === (instance.pooled ? 'db odoo pooler' : 'db odoo') &&
    found.networks.length === 1 &&
    parts.join(' ') === 'database filestore';
  const nothing = roles.length + found.networks.length + parts.length === 0;
  if (instance.status === 'running' || instance.status === 'stopped')
    return complete ? wrongWithRunning(instance, found) : [`has ${has}`];
  if (instance.half_cleaned) return [];
  if (instance.status === 'failed' && instance.whole) return complete ? [] : [`has ${has}`];
  // What failed before it was whole has been taken away; a deletion that failed has left no more than there was.
  const onlyLess =
    roles.every((role) => ['db', 'odoo', 'pooler'].includes(role)) &&
    found.networks.length <= 1 &&
    new Set(parts).size === parts.length;
  const deletionBegan =
    instance.status === 'failed' &&
    found.volumes.length + found.containers.length > 0 &&
    onlyLess &&
    instance.http_port !== null;
  return nothing || deletionBegan ? [] : [`has ${has}`];
}

/** The servers whose last validation says itself that its clean-up did not finish: the next one takes away what is left. */
async function halfChecked(sql: Scene['sql']): Promise<ReadonlySet<string>> {
  const rows = await sql<{ resource_id: string }>(
    `SELECT o.resource_id FROM operations o JOIN operation_logs l ON l.operation_id = o.id AND l.step = 'cleanup' AND l.level = 'error'
     WHERE o.kind = 'server.validate' AND NOT EXISTS (SELECT 1 FROM operations n WHERE n.resource_id = o.resource_id AND n.kind = o.kind AND n.id > o.id)`,
  );
  return new Set(rows.map((row) => row.resource_id));
}

/**
 * What else rows imply, container and volume: files that were exported or are being uploaded, replicas, what receives the
 * changes of a database, the snapshots beside an
 * instance, and the addons of deployments.
 */
async function otherPlaces(sql: Scene['sql'], socket: string): Promise<ReadonlySet<string>> {
  const rows = await sql<{ container: string | null; volume: string }>(
    `SELECT p.container, p.volume FROM (
       SELECT instance_id, 'ocore-' || instance_id || '-transfer-' || id AS container, 'ocore-' || instance_id || '-transfer-' || id AS volume
         FROM transfers WHERE status IN ('receiving', 'ready')
       UNION ALL SELECT instance_id, 'ocore-' || instance_id || '-replica-' || number, 'ocore-' || instance_id || '-replica-' || number || '-' || made_by
         FROM database_replicas WHERE status IN ('online', 'lagging')
       UNION ALL SELECT instance_id, 'ocore-' || instance_id || '-wal', 'ocore-' || instance_id || '-wal-' || made_by
         FROM wal_archives WHERE status IN ('active', 'lagging')
       UNION ALL SELECT instance_id, NULL, 'ocore-' || instance_id || '-snapshots'
         FROM backup_repositories WHERE destination_id IS NULL AND initialized_at IS NOT NULL
       UNION ALL SELECT DISTINCT instance_id, NULL, addons->>'volume'
         FROM deployments WHERE status = 'succeeded' AND NOT dry_run AND addons IS NOT NULL
     ) p JOIN instances i ON i.id = p.instance_id JOIN servers s ON s.id = i.server_id WHERE s.docker_socket = $1 AND i.status <> 'removed'`,
    [socket],
  );
  return new Set(rows.flatMap(({ container, volume }) => [...(container === null ? [] : [container]), volume]));
}

/** Everything on the servers' engines that the rows do not imply, and what they imply and is not there. */
export async function hostViolations({ sql, engines }: Scene): Promise<string[]> {
  const wrong: string[] = [];
  const excused = await halfChecked(sql);
  for (const { socket, docker } of engines) {
    const implied = await impliedOn(sql, socket);
    const known = new Map<string, Found>(implied.map(({ id }) => [id, { containers: [], networks: [], volumes: [] }]));
    const promoted = new Set(implied.map(({ database_volume: volume }) => volume));
    const others = await otherPlaces(sql, socket);
    const seen = new Set<string>();
    const inUse = new Set<string>();
    for (const { Id, Names, Labels, State } of await docker.listContainers({ all: true })) {
      const found = known.get(Labels[label] ?? '');
      if (excused.has(Labels['sh.ocore.probe'] ?? '')) continue;
      if (!found) {
        wrong.push(`A container that no row implies: ${Names.join(' ')} (${State})`);
        continue;
      }
      const container = await docker.getContainer(Id).inspect();
      for (const { Name } of container.Mounts) if (Name) inUse.add(Name);
      if (others.has(nameOf(container))) seen.add(nameOf(container));
      else found.containers.push(container);
    }
    for (const { Name, Labels } of await docker.listNetworks()) {
      if (['bridge', 'host', 'none'].includes(Name)) continue;
      const found = known.get(Labels?.[label] ?? '');
      if (found) found.networks.push(Name);
      else wrong.push(`A network that no row implies: ${Name}`);
    }
    for (const { Name, Labels } of (await docker.listVolumes()).Volumes ?? []) {
      const found = known.get(Labels?.[label] ?? '');
      const part = Labels?.[partLabel] ?? '?';
      // An image may declare volumes; they go with their container.
      if (part === 'image' && inUse.has(Name)) continue;
      if (others.has(Name)) seen.add(Name);
      else if (found) found.volumes.push({ name: Name, part: promoted.has(Name) ? 'database' : part });
      else if (!inUse.has(Name)) wrong.push(`A volume that nobody uses: ${Name}`);
    }
    wrong.push(...[...others].filter((name) => !seen.has(name)).map((name) => `${name} is not there`));
    for (const instance of implied) {
      const found = known.get(instance.id);
      if (found)
        wrong.push(
          ...wrongWith(instance, found).map(
            (what) => `Instance ${instance.name} ${instance.id} is ${instance.status}, but ${what}`,
          ),
        );
    }
  }
  return wrong;
}
