import {
  ensureCreated,
  findContainer,
  getImage,
  instanceLabel,
  labelsOf,
  logConfig,
  mailCatcherBounds,
  mailPart,
  namesOf,
  partLabel,
  removeContainer,
  type Site,
  startContainer,
} from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import type { RemoteHost } from '../remote/index.ts';

const httpPort = 8025;
const mib = 1024 ** 2;
/** What it keeps is in memory: as much as it may have of it, it cannot have of the server's disk. */
const storage = 96 * mib;

export const mailCatcherHost = (instanceId: string): string => `${namesOf(instanceId).network}-mail`;

/**
 * A Mailpit on the instance's network: it takes every e-mail and sends none on. It keeps the newest, in memory. Its inbox
 * answers on a port of the server's own loopback address, which is read through the SSH connection.
 */
export async function ensureMailCatcher(context: StepContext<unknown>, site: Site): Promise<string> {
  const { app, operation } = context;
  const { host, instance } = site;
  const image = app.config.MAIL_CATCHER_IMAGE;
  const name = mailCatcherHost(instance.id);
  const known = await findContainer(host, name);
  if (known) {
    await startContainer(host, known.Id);
    return name;
  }
  await getImage(context, host, image, { pull: false, part: [0, 1] });
  const id = await ensureCreated(host, instance, name, {
    Image: image,
    Env: [
      'MP_MAX_MESSAGES=500',
      'MP_SMTP_AUTH_ACCEPT_ANY=true',
      'MP_SMTP_AUTH_ALLOW_INSECURE=true',
      'MP_SMTP_DISABLE_RDNS=true',
      'MP_DISABLE_VERSION_CHECK=true',
    ],
    // With the operation that made the instance's volumes: no later one's clean-up may take it away.
    Labels: labelsOf(instance, mailPart, instance.provisionedBy ?? operation.id),
    ExposedPorts: { '1025/tcp': {}, '8025/tcp': {} },
    HostConfig: {
      NetworkMode: namesOf(instance.id).network,
      LogConfig: logConfig,
      Tmpfs: { '/tmp': `size=${storage}` },
      PortBindings: { '8025/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
      ...mailCatcherBounds,
    },
  });
  await startContainer(host, id);
  return name;
}

export async function removeMailCatcher({ host, instance }: Site): Promise<void> {
  const known = await findContainer(host, mailCatcherHost(instance.id));
  if (known) await removeContainer(host, known.Id);
}

/** The port of the server's loopback address behind which the inbox is; undefined where no catcher runs. */
export async function inboxPort(host: RemoteHost, instanceId: string): Promise<number | undefined> {
  const containers = await host.docker.listContainers([`${instanceLabel}=${instanceId}`, `${partLabel}=${mailPart}`]);
  const ports = containers.filter(({ State }) => State === 'running').flatMap(({ Ports }) => Ports);
  return ports.find(({ PrivatePort, PublicPort }) => PrivatePort === httpPort && PublicPort !== undefined)?.PublicPort;
}
