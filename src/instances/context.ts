import type { Instance } from '../../prisma/generated/client/client.ts';
import { found } from '../errors.ts';
import type { StepContext } from '../operations/kind.ts';
import type { RemoteHost } from '../remote/index.ts';
import { attemptHost } from '../servers/index.ts';
import { confPath } from './addons-path.ts';
import { odooBounds } from './container-limits.ts';
import type { OdooContainer, PublishedPorts } from './odoo-container.ts';
import { namesOf } from './names.ts';
import { odooConf, type Sizing } from './odoo-conf.ts';
import type { Settings } from './kinds.ts';
import { openEnvVars, openSecrets } from './sealed.ts';
import { bytes } from './settings.ts';

export interface Site {
  instance: Instance;
  host: RemoteHost;
  sizing: Sizing;
}

type AnyContext = Pick<StepContext<unknown>, 'app' | 'operation' | 'connect'>;

/** The instance's row and this attempt's way to its server: each step starts here. */
export const siteOf = (context: AnyContext): Promise<Site> => siteAt(context, context.operation.resourceId);

/** The same of an instance that is not the operation's own resource. */
export async function siteAt(context: AnyContext, id: string): Promise<Site> {
  const { app, operation } = context;
  const { orgId } = operation;
  const row = await app.db.prisma.instance.findFirst({ where: { id, orgId }, include: { server: true } });
  const instance = found(row, 'instance', id);
  const host = await attemptHost(context, instance.serverId);
  return {
    instance,
    host,
    sizing: sizingOf(instance.server),
  };
}

/** What a server has, as far as its validation found it out. */
export const sizingOf = (server: { cpuCores: number | null; ramTotalBytes: bigint | null }): Sizing => ({
  cpuCores: server.cpuCores ?? 1,
  ramTotalBytes: Number(server.ramTotalBytes ?? 2n * 1024n ** 3n),
});

const numberOf = (value: bigint | null): number | null => (value === null ? null : Number(value));

export function settingsOf(instance: Instance): Settings {
  return {
    workers: instance.workers,
    limitMemorySoft: Number(instance.limitMemorySoft),
    limitMemoryHard: Number(instance.limitMemoryHard),
    limitTimeCpu: instance.limitTimeCpu,
    limitTimeReal: instance.limitTimeReal,
    maxCronThreads: instance.maxCronThreads,
    logLevel: instance.logLevel,
    envVars: Object.fromEntries(Object.entries(instance.envVars ?? {}).map(([name, value]) => [name, String(value)])),
    cpuLimit: instance.cpuLimit,
    memoryLimit: numberOf(instance.memoryLimit),
    processLimit: instance.processLimit,
    databaseCpuLimit: instance.databaseCpuLimit,
    databaseMemoryLimit: numberOf(instance.databaseMemoryLimit),
    databaseProcessLimit: instance.databaseProcessLimit,
  };
}

/** The settings as their row has them. */
export const columnsOf = (settings: Settings) => ({
  ...settings,
  limitMemorySoft: BigInt(settings.limitMemorySoft),
  limitMemoryHard: BigInt(settings.limitMemoryHard),
  memoryLimit: bytes(settings.memoryLimit),
  databaseMemoryLimit: bytes(settings.databaseMemoryLimit),
});

/** The container that serves, with the given settings. */
export async function servingContainer(
  { app, operation }: AnyContext,
  { instance, sizing }: Site,
  settings: Settings,
  ports: PublishedPorts | null,
): Promise<OdooContainer> {
  const secrets = await openSecrets(app.secrets, instance);
  return {
    name: namesOf(instance.id).odoo,
    madeBy: operation.id,
    command: ['odoo', '-c', confPath],
    conf: (addonsPath) => odooConf(instance, settings, secrets, sizing, addonsPath),
    // The public images' entrypoints look there for what to add to the command line.
    env: [...(await openEnvVars(app.secrets, instance.id, settings.envVars)), `ODOO_RC=${confPath}`],
    bounds: odooBounds(settings, sizing),
    ports,
    bindAddress: app.config.INSTANCE_PORTS === 'loopback' ? '127.0.0.1' : '',
    part: 'odoo',
  };
}
