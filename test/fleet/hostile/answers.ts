import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { EngineCallName } from '../../../src/remote/docker/calls.ts';
import { type EngineRequest, type HttpConnection, head } from './http-connection.ts';
import {
  containerInfo,
  containerSummary,
  engineInfo,
  imageInfo,
  networkInfo,
  versionInfo,
  volumeInfo,
} from './infos.ts';
import type { PublishedPorts } from './published-ports.ts';
import { containerBody, type EngineState, FakeContainer, filtersOf, hasLabels, hexId } from './state.ts';
import { chunk, frame, lastChunk, sendLogs, streamHead } from './streams.ts';

export interface Call {
  readonly state: EngineState;
  readonly ports: PublishedPorts;
  readonly request: EngineRequest;
  readonly connection: HttpConnection;
  /** What stands for the `{…}` of the path. */
  readonly name: string;
}

/** Nothing when the answer was streamed already. */
type Answer = { status: string; json?: unknown; text?: string } | undefined;

const refuse = (status: string, message: string): Answer => ({ status, json: { message } });
const noContent: Answer = { status: '204 No Content' };
const notModified: Answer = { status: '304 Not Modified' };
const noSuch = (what: string, name: string): Answer => refuse('404 Not Found', `No such ${what}: ${name}`);
const parsed = <T>(schema: z.ZodType<T>, request: EngineRequest): T =>
  schema.parse(JSON.parse(request.body.toString('utf8')));

/** Does the work with the container of the path, or says that there is none. */
function withContainer(work: (container: FakeContainer, call: Call) => Answer | Promise<Answer>) {
  return async (call: Call): Promise<Answer> => {
    const container = call.state.container(call.name);
    return container ? work(container, call) : noSuch('container', call.name);
  };
}

function hostPorts(container: FakeContainer): number[] {
  return Object.values(container.body.HostConfig.PortBindings)
    .flat()
    .map(({ HostPort }) => Number(HostPort));
}

async function runOdoo(container: FakeContainer): Promise<void> {
  const say = (text: string): void =>
    container.say(`2026-01-01 00:00:00,000 1 INFO demo odoo.modules.loading: ${text}`);
  // A probe, or the installation of packages.
  if (container.body.Cmd?.[0] === '/ok' || container.name.endsWith('-build')) return container.end(0);
  if (!container.body.Cmd?.includes('--stop-after-init')) return say('HTTP service (werkzeug) running on odoo:8069');
  for (const [index, name] of ['base', 'web', 'mail'].entries()) {
    await sleep(5);
    say(`Loading module ${name} (${index + 1}/3)`);
  }
  container.end(0);
}

const execBody = z.object({ Cmd: z.array(z.string()), AttachStdin: z.boolean().optional() });
const labelled = z.object({ Name: z.string(), Labels: z.record(z.string(), z.string()).nullish() });

const committed = z.object({ Labels: z.record(z.string(), z.string()) });

/** What an honest engine says to each call, with the statuses and texts of Docker 24. */
export const honestAnswers: Record<EngineCallName, (call: Call) => Answer | Promise<Answer>> = {
  ping: () => ({ status: '200 OK', text: 'OK' }),
  version: () => ({ status: '200 OK', json: versionInfo }),
  info: ({ state }) => ({ status: '200 OK', json: { ...engineInfo, DockerRootDir: state.rootDir } }),
  inspectImage: ({ state, name }) =>
    state.images.has(name) ? { status: '200 OK', json: imageInfo(name) } : noSuch('image', name),
  importImage: ({ state, request }) => {
    state.images.add(`${request.query.get('repo')}:${request.query.get('tag')}`);
    return { status: '200 OK', text: `${JSON.stringify({ status: `sha256:${hexId()}` })}\r\n` };
  },
  listImages: ({ state, request }) => {
    const { label = [] } = filtersOf(request.query);
    const found = [...state.built].filter(([, labels]) => hasLabels(labels, label));
    return {
      status: '200 OK',
      json: found.map(([name, Labels]) => ({ Id: `sha256:${hexId()}`, RepoTags: [name], Labels })),
    };
  },
  commitContainer: ({ state, request }) => {
    const container = state.container(request.query.get('container') ?? '');
    if (!container) return noSuch('container', request.query.get('container') ?? '');
    const image = `${request.query.get('repo')}:${request.query.get('tag')}`;
    state.images.add(image);
    state.built.set(image, parsed(committed, request).Labels);
    return { status: '201 Created', json: { Id: `sha256:${hexId()}` } };
  },
  removeImage: ({ state, name }) => {
    state.built.delete(name);
    return state.images.delete(name) ? { status: '200 OK', json: [{ Untagged: name }] } : noSuch('image', name);
  },
  pullImage: async ({ state, request, connection: { socket } }) => {
    const from = request.query.get('fromImage') ?? '';
    const tag = request.query.get('tag') ?? '';
    const image = from.includes(':') || from.includes('@') || !tag ? from : `${from}:${tag}`;
    if (image.startsWith('missing/'))
      return refuse(
        '404 Not Found',
        `pull access denied for ${from}, repository does not exist or may require 'docker login': denied`,
      );
    socket.write(streamHead('application/json'));
    const say = (event: unknown): void => {
      socket.write(chunk(`${JSON.stringify(event)}\r\n`));
    };
    say({ status: `Pulling from ${from}`, id: tag });
    for (const current of [1000, 2000])
      say({ status: 'Downloading', progressDetail: { current, total: 2000 }, progress: '[=>]', id: 'a1b2c3d4e5f6' });
    say({ status: 'Pull complete', progressDetail: {}, id: 'a1b2c3d4e5f6' });
    say({ status: `Status: Downloaded newer image for ${image}` });
    state.images.add(image);
    socket.write(lastChunk);
    return undefined;
  },
  listNetworks: ({ state, request }) => {
    const { label = [], name = [] } = filtersOf(request.query);
    return {
      status: '200 OK',
      json: [...state.networks.values()]
        .filter((one) => hasLabels(one.labels, label) && name.every((part) => one.name.includes(part)))
        .map(networkInfo),
    };
  },
  createNetwork: ({ state, request }) => {
    const { Name, Labels } = parsed(labelled, request);
    if (state.network(Name)) return refuse('409 Conflict', `network with name ${Name} already exists`);
    const id = hexId();
    state.networks.set(id, { name: Name, id, created: new Date(), labels: Labels ?? {} });
    return { status: '201 Created', json: { Id: id, Warning: '' } };
  },
  removeNetwork: ({ state, name }) => {
    const network = state.network(name);
    if (!network) return refuse('404 Not Found', `network ${name} not found`);
    if (
      [...state.containers.values()].some(
        (one) => one.status === 'running' && one.body.HostConfig.NetworkMode === network.name,
      )
    ) {
      return refuse(
        '403 Forbidden',
        `error while removing network: network ${network.name} id ${network.id} has active endpoints`,
      );
    }
    state.networks.delete(network.id);
    return noContent;
  },
  listVolumes: ({ state, request }) => {
    const { label = [], name = [] } = filtersOf(request.query);
    const found = [...state.volumes.values()].filter(
      (one) => hasLabels(one.labels, label) && name.every((part) => one.name.includes(part)),
    );
    return { status: '200 OK', json: { Volumes: found.map(volumeInfo), Warnings: null } };
  },
  createVolume: ({ state, request }) => {
    const { Name, Labels } = parsed(labelled, request);
    const volume = state.volumes.get(Name) ?? { name: Name, id: Name, created: new Date(), labels: Labels ?? {} };
    state.volumes.set(Name, volume);
    return { status: '201 Created', json: volumeInfo(volume) };
  },
  removeVolume: ({ state, name }) => {
    if (!state.volumes.has(name)) return refuse('404 Not Found', `get ${name}: no such volume`);
    const user = [...state.containers.values()].find((one) =>
      one.body.HostConfig.Mounts.some((mount) => mount.Source === name),
    );
    if (user) return refuse('409 Conflict', `remove ${name}: volume is in use - [${user.id}]`);
    state.volumes.delete(name);
    return noContent;
  },
  listContainers: ({ state, request }) => {
    const { label = [], name = [], id = [] } = filtersOf(request.query);
    const all = ['1', 'true', 'True'].includes(request.query.get('all') ?? '');
    const found = [...state.containers.values()].filter(
      (one) =>
        (all || one.status === 'running') &&
        hasLabels(one.body.Labels, label) &&
        name.every((part) => `/${one.name}`.includes(part)) &&
        id.every((part) => one.id.startsWith(part)),
    );
    return { status: '200 OK', json: found.map(containerSummary) };
  },
  createContainer: ({ state, request }) => {
    const name = request.query.get('name') ?? '';
    const body = parsed(containerBody, request);
    if (!state.images.has(body.Image)) return noSuch('image', body.Image);
    const known = state.container(name);
    if (known)
      return refuse(
        '409 Conflict',
        `Conflict. The container name "/${name}" is already in use by container "${known.id}". You have to remove (or rename) that container to be able to reuse that name.`,
      );
    const container = new FakeContainer(name, body);
    state.containers.set(container.id, container);
    return { status: '201 Created', json: { Id: container.id, Warnings: [] } };
  },
  inspectContainer: withContainer((container) => ({ status: '200 OK', json: containerInfo(container) })),
  startContainer: withContainer(async (container, { state, ports }) => {
    if (container.status === 'running') return notModified;
    const network = container.body.HostConfig.NetworkMode;
    if (!['none', 'bridge'].includes(network) && !state.network(network))
      return refuse('404 Not Found', `network ${network} not found`);
    for (const port of hostPorts(container)) {
      try {
        await ports.publish(port, container);
      } catch {
        return refuse(
          '500 Internal Server Error',
          `driver failed programming external connectivity on endpoint ${container.name}: Bind for 0.0.0.0:${port} failed: port is already allocated`,
        );
      }
    }
    container.status = 'running';
    container.startedAt = new Date();
    void runOdoo(container);
    return noContent;
  }),
  stopContainer: withContainer((container, { ports }) => {
    if (container.status !== 'running') return notModified;
    for (const port of hostPorts(container)) ports.withdraw(port, container);
    container.end(0);
    return noContent;
  }),
  updateContainer: withContainer(() => ({ status: '200 OK', text: '{"Warnings":null}' })),
  renameContainer: withContainer((container, { state, request }) => {
    const name = request.query.get('name') ?? '';
    if (state.container(name))
      return refuse('409 Conflict', `Conflict. The container name "/${name}" is already in use`);
    container.name = name;
    return noContent;
  }),
  removeContainer: withContainer((container, { state, ports, request }) => {
    const force = ['1', 'true', 'True'].includes(request.query.get('force') ?? '');
    if (container.status === 'running' && !force)
      return refuse(
        '409 Conflict',
        `You cannot remove a running container ${container.id}. Stop the container before attempting removal or force remove`,
      );
    for (const port of hostPorts(container)) ports.withdraw(port, container);
    container.end(137);
    state.containers.delete(container.id);
    return noContent;
  }),
  getArchive: withContainer((container, { request }) =>
    refuse('404 Not Found', `Could not find the file ${request.query.get('path')} in container ${container.id}`),
  ),
  putArchive: withContainer(() => ({ status: '200 OK', text: '' })),
  containerLogs: withContainer(async (container, { connection, request }) => {
    await sendLogs(connection, container, request.query);
    return undefined;
  }),
  waitContainer: withContainer(async (container, { connection: { socket } }) => {
    socket.write(streamHead('application/json'));
    if (container.status === 'running')
      await new Promise<void>((resolve) => {
        container.once('ended', resolve);
        socket.once('close', resolve);
      });
    socket.write(chunk(`${JSON.stringify({ StatusCode: container.exitCode })}\n`));
    socket.write(lastChunk);
    return undefined;
  }),
  createExec: withContainer((container, { state, request }) => {
    if (container.status !== 'running') return refuse('409 Conflict', `Container ${container.id} is not running`);
    const { Cmd, AttachStdin } = parsed(execBody, request);
    const id = hexId();
    state.execs.set(id, { id, container, argv: Cmd, stdin: AttachStdin ?? false, exitCode: null });
    return { status: '201 Created', json: { Id: id } };
  }),
  startExec: ({ state, name, request, connection }) => {
    const exec = state.execs.get(name);
    if (!exec) return refuse('404 Not Found', `No such exec instance: ${name}`);
    const upgrade = request.headers.get('upgrade') === 'tcp';
    connection.socket.write(
      head(upgrade ? '101 UPGRADED' : '200 OK', {
        'Content-Type': 'application/vnd.docker.raw-stream',
        ...(upgrade ? { Connection: 'Upgrade', Upgrade: 'tcp' } : {}),
      }),
    );
    const finish = (): void => {
      if (exec.exitCode !== null) return;
      exec.exitCode = 0;
      connection.socket.end(exec.argv[0] === 'pg_isready' ? frame(1, '') : frame(1, '\n'));
    };
    // A program that reads its input ends when the input does.
    connection.hijack(() => {}, finish);
    if (!exec.stdin) finish();
    return undefined;
  },
  inspectExec: ({ state, name }) => {
    const exec = state.execs.get(name);
    if (!exec) return refuse('404 Not Found', `No such exec instance: ${name}`);
    return {
      status: '200 OK',
      json: {
        ID: exec.id,
        Running: exec.exitCode === null,
        ExitCode: exec.exitCode,
        ProcessConfig: { tty: false, entrypoint: exec.argv[0], arguments: exec.argv.slice(1), privileged: false },
        OpenStdin: exec.stdin,
        OpenStderr: true,
        OpenStdout: true,
        CanRemove: false,
        ContainerID: exec.container.id,
        DetachKeys: '',
        Pid: 4242,
      },
    };
  },
};
