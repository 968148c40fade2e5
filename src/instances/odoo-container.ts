import type { Instance } from '../../prisma/generated/client/client.ts';
import type { RemoteHost } from '../remote/index.ts';
import { addonsMounts, codeImageOf } from './addons.ts';
import { addonsPathOf, confPath } from './addons-path.ts';
import type { Bounds } from './container-limits.ts';
import { ensureCreated, logConfig } from './containers.ts';
import { labelsOf, namesOf, volumesOf } from './names.ts';

/** The ports of a server that lead to Odoo: to its HTTP, and to the WebSockets that it has beside it if it has workers. */
export interface PublishedPorts {
  http: number;
  longpolling: number | null;
}

export interface OdooContainer {
  name: string;
  /** The operation that makes it. */
  madeBy: string;
  command: string[];
  /** In place of the image's own. */
  entrypoint?: readonly string[];
  /** Our `odoo.conf`, with the directories of modules that the image brings. */
  conf: (addonsPath: readonly string[]) => string;
  env: string[];
  bounds: Bounds;
  /** Null where it serves nobody. */
  ports: PublishedPorts | null;
  /** The address of the server that the ports are published on; empty for all of them. */
  bindAddress: string;
  part: 'odoo' | 'one-off';
}

function bindingsOf({ http, longpolling }: PublishedPorts, HostIp: string) {
  const to = (port: number) => [{ HostIp, HostPort: String(port) }];
  return { '8069/tcp': to(http), ...(longpolling === null ? {} : { '8072/tcp': to(longpolling) }) };
}

/**
 * Gives the name of the volume, created if it was not there. Whoever mounts it first asks for it here: one that the engine
 * makes by itself has no labels, and is not found when the instance is removed.
 */
export async function ensureFilestoreVolume(
  host: RemoteHost,
  instance: Instance,
  operationId: string,
): Promise<string> {
  const Name = volumesOf(instance).filestore;
  const Labels = labelsOf(instance, 'filestore', instance.provisionedBy ?? operationId);
  await host.docker.createVolume({ Name, Labels });
  return Name;
}

/** Gives the id of the container, created if it was not there. */
export async function ensureOdoo(host: RemoteHost, instance: Instance, container: OdooContainer): Promise<string> {
  const names = namesOf(instance.id);
  const volume = await ensureFilestoreVolume(host, instance, container.madeBy);
  return ensureCreated(
    host,
    instance,
    container.name,
    {
      Image: codeImageOf(instance),
      ...(container.entrypoint ? { Entrypoint: container.entrypoint } : {}),
      Cmd: container.command,
      Env: container.env,
      Labels: labelsOf(instance, container.part, container.madeBy),
      ExposedPorts: { '8069/tcp': {}, '8072/tcp': {} },
      HostConfig: {
        NetworkMode: names.network,
        Mounts: [{ Type: 'volume', Source: volume, Target: '/var/lib/odoo' }, ...addonsMounts(instance)],
        LogConfig: logConfig,
        ...container.bounds,
        ...(container.ports ? { PortBindings: bindingsOf(container.ports, container.bindAddress) } : {}),
      },
    },
    {
      path: confPath,
      content: async (id) => container.conf(await addonsPathOf(host, instance, id)),
      mode: 0o644,
    },
  );
}
