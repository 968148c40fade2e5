import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  allocatePort,
  ensureCreated,
  ensureNetwork,
  gateBounds,
  getImage,
  logConfig,
  namesOf,
  startContainer,
} from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { execInContainer, inOneLine, type RemoteHost } from '../remote/index.ts';
import type { Made } from './containers.ts';
import { newLinkKey } from './link-key.ts';
import { linkOwner, portPurpose, replicaLabels, replicaNames } from './names.ts';
import { changeReplica, type ReplicaSite } from './rows.ts';

/** Runs with the Python that every image of Odoo has. */
const program = readFileSync(join(import.meta.dirname, 'gate.py'), 'utf8');
const programPath = '/etc/ocore-gate.py';
const keyPath = '/etc/ocore-gate.pem';
const inside = '8443/tcp';
const answerMs = 15_000;

/** The port of the primary's server that leads there, and the key of both ends, made once for each copy. */
async function linkOf(context: StepContext<unknown>, { site, replica }: ReplicaSite) {
  const { instance } = site;
  const { app } = context;
  const linkEnc = replica.linkEnc ?? app.secrets.seal(newLinkKey(replica.id), linkOwner(replica.id));
  const port = await context.write(async (tx) => {
    const given = await allocatePort(app, tx, instance.serverId, instance.id, portPurpose(replica));
    await changeReplica(tx, replica, { port: given, linkEnc });
    return given;
  });
  return { port, key: await app.secrets.open(linkEnc, linkOwner(replica.id)), address: replica.address ?? '' };
}

async function ensureGate(
  { site, replica, operationId }: Made,
  host: RemoteHost,
  key: string,
  { args, port }: { args: readonly string[]; port?: number },
): Promise<void> {
  const { instance } = site;
  const id = await ensureCreated(
    host,
    instance,
    replicaNames(replica).gate,
    {
      Image: instance.image,
      Entrypoint: ['python3', '-u', programPath],
      Cmd: args,
      Env: [],
      User: '0:0',
      Labels: replicaLabels(instance, replica, 'replica', operationId),
      ...(port === undefined ? {} : { ExposedPorts: { [inside]: {} } }),
      HostConfig: {
        NetworkMode: namesOf(instance.id).network,
        LogConfig: logConfig,
        ...gateBounds,
        // On every address, also where the ports of Odoo are for this machine alone: another server comes.
        ...(port === undefined ? {} : { PortBindings: { [inside]: [{ HostPort: String(port) }] } }),
      },
    },
    { path: programPath, content: () => program, mode: 0o444 },
    { path: keyPath, content: () => key, mode: 0o400 },
  );
  await startContainer(host, id);
}

/** Makes both ends of the connection between the servers, and looks whether they reach each other. */
export async function connectServers(context: StepContext<unknown>, made: ReplicaSite & Made): Promise<string> {
  const { app, operation } = context;
  const { site, home, replica } = made;
  const { instance } = site;
  const { gate, container } = replicaNames(replica);
  await getImage(context, home.host, instance.postgresImage, { pull: false, part: [0, 2] });
  await getImage(context, home.host, instance.image, { pull: false, part: [1, 2] });
  const { port, key, address } = await linkOf(context, made);
  await ensureNetwork(home.host, instance, operation.id);
  await ensureGate(made, site.host, key, { args: ['primary', namesOf(instance.id).database], port });
  await ensureGate(made, home.host, key, { args: ['replica', address, String(port), container] });
  const where = { id: { in: [instance.serverId, replica.serverId] }, orgId: operation.orgId };
  const servers = await app.db.prisma.server.findMany({ where });
  const nameOf = (id: string): string => servers.find((server) => server.id === id)?.name ?? id;
  const command = ['python3', programPath, 'check', address, String(port)];
  const started = Date.now();
  for (;;) {
    const { code, stderr } = await execInContainer(home.host.docker, gate, command, { signal: context.signal });
    if (code === 0) return `${nameOf(replica.serverId)} reaches ${address}:${port}`;
    if (Date.now() - started > answerMs)
      throw new StepError(
        'replica_not_connected',
        `${nameOf(replica.serverId)} does not reach ${address}:${port}: ${inOneLine(stderr)}`,
        `Open TCP port ${port} of ${nameOf(instance.serverId)} for ${nameOf(replica.serverId)}, or create the replica with the address at which the one reaches the other.`,
      );
    await sleep(500, undefined, { signal: context.signal });
  }
}
