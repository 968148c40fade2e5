import type { Duplex, Readable } from 'node:stream';
import type { RemoteGuard } from '../guard.ts';
import type { ImageReference } from '../image-reference.ts';
import type { Dial } from './connections.ts';
import { RemoteError } from '../errors.ts';
import type { ContainerSpec, ExecSpec, PullCredentials } from './specs.ts';
import {
  committedShape,
  type ContainerInfo,
  containerShape,
  containersShape,
  createdShape,
  execShape,
  exitShape,
  type ImageConfig,
  imageShape,
  imagesShape,
  infoShape,
  networksShape,
  versionShape,
  volumeShape,
  volumesShape,
} from './shapes.ts';
import { EngineTransport } from './transport.ts';

interface Options {
  signal?: AbortSignal | undefined;
}

/** Who pulls, in the header by which Docker's own client says it: padded base64 for URLs. */
function registryAuth(credentials: PullCredentials | undefined): Record<string, string> {
  if (!credentials) return {};
  const { host, username, password } = credentials;
  const serveraddress = host === 'docker.io' ? 'https://index.docker.io/v1/' : host;
  const text = JSON.stringify({ username, password, serveraddress });
  const auth = Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  return { 'X-Registry-Auth': auth };
}

/** Only what has all these labels, each `name=value`. */
function labelled(labels: readonly string[], more: Record<string, readonly string[]> = {}): { filters: string } {
  return { filters: JSON.stringify({ label: labels, ...more }) };
}

/** The Docker Engine API, as far as this program needs it: one method a call. Containers are named by name or id. */
export class DockerEngine {
  readonly #http: EngineTransport;

  constructor(dial: Dial, options: { connections: number; guard?: RemoteGuard | undefined }) {
    this.#http = new EngineTransport(dial, options);
  }

  /** Ends the connections that nobody uses. */
  endIdle(): void {
    this.#http.endIdle();
  }

  async ping(options: Options = {}): Promise<void> {
    await this.#http.call('ping', options);
  }

  version(options: Options = {}) {
    return this.#http.json('version', versionShape, options);
  }

  info(options: Options = {}) {
    return this.#http.json('info', infoShape, options);
  }

  inspectImage(name: string, options: Options = {}) {
    return this.#http.json('inspectImage', imageShape, { path: { name }, ...options });
  }

  /** Makes an image of a tar archive of its files. */
  async importImage(image: { name: string; tag: string }, archive: Buffer, options: Options = {}): Promise<void> {
    const query = { fromSrc: '-', repo: image.name, tag: image.tag };
    await this.#http.call('importImage', { query, body: archive, ...options });
  }

  listImages(labels: readonly string[], options: Options = {}) {
    return this.#http.json('listImages', imagesShape, { query: labelled(labels), ...options });
  }

  /** Makes an image of what is in a container now, with this configuration in place of the container's own. */
  async commitContainer(
    id: string,
    image: { name: string; tag: string },
    config: Partial<ImageConfig>,
    options: Options = {},
  ): Promise<string> {
    const query = { container: id, repo: image.name, tag: image.tag };
    const { Id } = await this.#http.json('commitContainer', committedShape, { query, body: config, ...options });
    return Id;
  }

  async removeImage(name: string, options: Options = {}): Promise<void> {
    await this.#http.call('removeImage', { path: { name }, query: { force: 'true' }, ...options });
  }

  /** The engine's own report of the pull, one JSON text a line. */
  async pullImage(
    image: ImageReference,
    { credentials, ...options }: Options & { credentials?: PullCredentials | undefined } = {},
  ): Promise<Readable> {
    const query = { fromImage: image.name, tag: image.digest ?? image.tag ?? 'latest' };
    return (await this.#http.stream('pullImage', { query, headers: registryAuth(credentials), ...options })).body;
  }

  listNetworks(labels: readonly string[], options: Options = {}) {
    return this.#http.json('listNetworks', networksShape, { query: labelled(labels), ...options });
  }

  /** `Internal`: what is in it reaches nothing else. */
  createNetwork(
    spec: { Name: string; Driver: string; Labels: Record<string, string>; Internal?: boolean },
    options: Options = {},
  ) {
    return this.#http.json('createNetwork', createdShape, { body: { ...spec, CheckDuplicate: true }, ...options });
  }

  async removeNetwork(id: string, options: Options = {}): Promise<void> {
    await this.#http.call('removeNetwork', { path: { id }, ...options });
  }

  /** With `unused`, only those that no container has. */
  async listVolumes(labels: readonly string[], { unused = false, ...options }: Options & { unused?: boolean } = {}) {
    const query = labelled(labels, unused ? { dangling: ['true'] } : {});
    return (await this.#http.json('listVolumes', volumesShape, { query, ...options })).Volumes;
  }

  /** Gives the volume of that name, made now or before. */
  createVolume(spec: { Name: string; Labels: Record<string, string> }, options: Options = {}) {
    return this.#http.json('createVolume', volumeShape, { body: spec, ...options });
  }

  async removeVolume(name: string, options: Options = {}): Promise<void> {
    await this.#http.call('removeVolume', { path: { name }, ...options });
  }

  /** Running or not. */
  listContainers(labels: readonly string[], options: Options = {}) {
    return this.#http.json('listContainers', containersShape, {
      query: { all: 'true', ...labelled(labels) },
      ...options,
    });
  }

  createContainer(name: string, spec: ContainerSpec, options: Options = {}) {
    return this.#http.json('createContainer', createdShape, { query: { name }, body: spec, ...options });
  }

  inspectContainer(id: string, options: Options = {}): Promise<ContainerInfo> {
    return this.#http.json('inspectContainer', containerShape, { path: { id }, ...options });
  }

  /** One that runs already is fine. */
  async startContainer(id: string, options: Options = {}): Promise<void> {
    await this.#http.call('startContainer', { path: { id }, ...options });
  }

  /** One that does not run is fine. */
  async stopContainer(id: string, graceSeconds: number, options: Options = {}): Promise<void> {
    await this.#http.call('stopContainer', { path: { id }, query: { t: String(graceSeconds) }, ...options });
  }

  /** Whether the engine starts the container again by itself, when it ends and when the engine itself starts. */
  async setRestartPolicy(id: string, name: 'no' | 'unless-stopped', options: Options = {}): Promise<void> {
    await this.#http.call('updateContainer', { path: { id }, body: { RestartPolicy: { Name: name } }, ...options });
  }

  async renameContainer(id: string, name: string, options: Options = {}): Promise<void> {
    await this.#http.call('renameContainer', { path: { id }, query: { name }, ...options });
  }

  /** Running or not; its anonymous volumes go with it. */
  async removeContainer(id: string, options: Options = {}): Promise<void> {
    await this.#http.call('removeContainer', { path: { id }, query: { force: 'true', v: 'true' }, ...options });
  }

  /** A file or directory of a container, running or not, as a tar archive. */
  async getArchive(id: string, path: string, options: Options = {}): Promise<Readable> {
    return (await this.#http.stream('getArchive', { path: { id }, query: { path }, ...options })).body;
  }

  /** Unpacks a tar archive below `/`. */
  async putArchive(id: string, archive: Buffer, options: Options = {}): Promise<void> {
    await this.#http.call('putArchive', { path: { id }, query: { path: '/' }, body: archive, ...options });
  }

  /**
   * The multiplexed output. A container may be silent for long: then the engine is asked whether it still runs, and the log
   * of one that has ended comes to its end before the engine is asked again.
   */
  async containerLogs(id: string, query: Record<string, string>, options: Options = {}): Promise<Readable> {
    let ended = false;
    const silent = async (): Promise<void> => {
      const { State } = await this.inspectContainer(id, options);
      const over = ['exited', 'dead'].includes(State.Status);
      if (over && ended)
        throw new RemoteError('remote_timeout', 'The container has ended, but the Docker engine does not end its log');
      ended = over;
    };
    return (await this.#http.stream('containerLogs', { path: { id }, query, silent, ...options })).body;
  }

  /** The exit code of a container that has ended or is about to. */
  async waitContainer(id: string, options: Options = {}): Promise<number> {
    return (await this.#http.json('waitContainer', exitShape, { path: { id }, ...options })).StatusCode;
  }

  async createExec(id: string, spec: ExecSpec, options: Options = {}): Promise<string> {
    return (await this.#http.json('createExec', createdShape, { path: { id }, body: spec, ...options })).Id;
  }

  /** Its input and its multiplexed output. A program may be silent for long: then the engine is asked whether it still runs. */
  async startExec(id: string, options: Options = {}): Promise<Duplex> {
    const { socket } = await this.#http.stream('startExec', {
      path: { id },
      body: { Detach: false, Tty: false },
      upgrade: 'tcp',
      silent: () => this.inspectExec(id, options),
      ...options,
    });
    if (!socket) throw new TypeError('An upgrade gives a socket');
    return socket;
  }

  inspectExec(id: string, options: Options = {}) {
    return this.#http.json('inspectExec', execShape, { path: { id }, ...options });
  }
}
