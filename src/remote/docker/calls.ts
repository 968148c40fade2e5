/** One call of the Docker Engine API that this program makes. */
export interface EngineCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path after `/v` and the API version; `{…}` stands for one encoded path segment. */
  readonly path: string;
  /** Until the whole response is there; for a stream, until its first byte and between two of them. In ms. */
  readonly deadlineMs: number;
  /** The longest response that is read, in bytes; of a stream, the longest line or frame. */
  readonly maxBytes: number;
  /** Whether it changes the server: such a call is made only while the worker holds its operation. */
  readonly changes: boolean;
  readonly stream?: true;
  /** Made before the API version is known: the path has no `/v…` before it. */
  readonly unversioned?: true;
  /** The engine may answer 304: it is so already. */
  readonly unchanged?: true;
}

const kib = 1024;
const read = { deadlineMs: 15_000, maxBytes: 1024 * kib, changes: false };
const change = { deadlineMs: 60_000, maxBytes: 256 * kib, changes: true };
const stream = { deadlineMs: 60_000, maxBytes: 64 * kib, changes: false, stream: true } as const;

/** Every call, in one list: deadlines, limits and the tests with a hostile server are made from it. */
export const engineCalls = {
  ping: { method: 'GET', path: '/_ping', ...read, unversioned: true },
  version: { method: 'GET', path: '/version', ...read, unversioned: true },
  info: { method: 'GET', path: '/info', ...read },
  inspectImage: { method: 'GET', path: '/images/{name}/json', ...read },
  pullImage: { method: 'POST', path: '/images/create', ...stream, changes: true, deadlineMs: 120_000 },
  importImage: { method: 'POST', path: '/images/create', ...change },
  listImages: { method: 'GET', path: '/images/json', ...read },
  commitContainer: { method: 'POST', path: '/commit', ...change, deadlineMs: 600_000 },
  removeImage: { method: 'DELETE', path: '/images/{name}', ...change },
  listNetworks: { method: 'GET', path: '/networks', ...read },
  createNetwork: { method: 'POST', path: '/networks/create', ...change },
  removeNetwork: { method: 'DELETE', path: '/networks/{id}', ...change },
  listVolumes: { method: 'GET', path: '/volumes', ...read },
  createVolume: { method: 'POST', path: '/volumes/create', ...change },
  removeVolume: { method: 'DELETE', path: '/volumes/{name}', ...change },
  listContainers: { method: 'GET', path: '/containers/json', ...read },
  createContainer: { method: 'POST', path: '/containers/create', ...change },
  inspectContainer: { method: 'GET', path: '/containers/{id}/json', ...read },
  startContainer: { method: 'POST', path: '/containers/{id}/start', ...change, unchanged: true },
  stopContainer: { method: 'POST', path: '/containers/{id}/stop', ...change, deadlineMs: 120_000, unchanged: true },
  updateContainer: { method: 'POST', path: '/containers/{id}/update', ...change },
  renameContainer: { method: 'POST', path: '/containers/{id}/rename', ...change },
  removeContainer: { method: 'DELETE', path: '/containers/{id}', ...change },
  getArchive: { method: 'GET', path: '/containers/{id}/archive', ...stream },
  putArchive: { method: 'PUT', path: '/containers/{id}/archive', ...change },
  containerLogs: { method: 'GET', path: '/containers/{id}/logs', ...stream },
  waitContainer: { method: 'POST', path: '/containers/{id}/wait', ...read, deadlineMs: 30_000 },
  createExec: { method: 'POST', path: '/containers/{id}/exec', ...change },
  startExec: { method: 'POST', path: '/exec/{id}/start', ...stream, changes: true },
  inspectExec: { method: 'GET', path: '/exec/{id}/json', ...read },
} as const satisfies Record<string, EngineCall>;

export type EngineCallName = keyof typeof engineCalls;
