import type { Instance } from '../../prisma/generated/client/client.ts';
import type { StepContext } from '../operations/kind.ts';
import type { RemoteHost } from '../remote/index.ts';
import { attemptHost } from '../servers/index.ts';
import { odooBounds } from './container-limits.ts';
import type { OdooContainer } from './containers.ts';
import { namesOf } from './names.ts';
import { memoryLimitOf, odooConf, type Sizing } from './odoo-conf.ts';
import type { Settings } from './kinds.ts';
import { openEnvVars, openSecrets } from './sealed.ts';

export interface Site {
  instance: Instance;
  host: RemoteHost;
  sizing: Sizing;
}

type AnyContext = Pick<StepContext<unknown>, 'app' | 'operation' | 'connect'>;

/** The instance's row and this attempt's way to its server: each step starts here. */
export async function siteOf(context: AnyContext): Promise<Site> {
  const { app, operation } = context;
  const instance = await app.db.prisma.instance.findFirstOrThrow({
    where: { id: operation.resourceId, orgId: operation.orgId },
    include: { server: true },
  });
  const host = await attemptHost(context, instance.serverId);
  return {
    instance,
    host,
    sizing: {
      cpuCores: instance.server.cpuCores ?? 1,
      ramTotalBytes: Number(instance.server.ramTotalBytes ?? 2n * 1024n ** 3n),
    },
  };
}

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
  };
}

/** The container that serves, with the given settings. */
export async function servingContainer(
  { app, operation }: AnyContext,
  { instance, sizing }: Site,
  settings: Settings,
  httpPort: number,
): Promise<OdooContainer> {
  return {
    name: namesOf(instance.id).odoo,
    madeBy: operation.id,
    command: ['odoo'],
    conf: odooConf(instance, settings, await openSecrets(app.secrets, instance), sizing),
    env: await openEnvVars(app.secrets, instance.id, settings.envVars),
    bounds: odooBounds(memoryLimitOf(settings, sizing), sizing),
    httpPort,
    bindAddress: app.config.INSTANCE_PORTS === 'loopback' ? '127.0.0.1' : '',
    restart: true,
  };
}
