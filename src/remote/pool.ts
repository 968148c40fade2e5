import { createHash } from 'node:crypto';
import type { Destinations } from './destinations.ts';
import { toRemoteError } from './errors.ts';
import type { RemoteHost } from './host.ts';
import { LocalHost } from './local-host.ts';
import { reach } from './reach.ts';
import type { RemoteTarget } from './target.ts';

interface Entry {
  key: string;
  host: Promise<RemoteHost>;
}

function keyOf(target: RemoteTarget): string {
  return createHash('sha256').update(JSON.stringify(target)).digest('base64');
}

/** One standing connection a server, shared by everything in the process. */
export class RemotePool {
  readonly #entries = new Map<string, Entry>();
  readonly #destinations: Destinations;
  readonly #connectTimeoutMs: number;

  constructor(options: { destinations: Destinations; connectTimeoutMs?: number }) {
    this.#destinations = options.destinations;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  }

  /** The live connection, or a new one: concurrent callers share one attempt; changed credentials make a new one. */
  async connect(target: RemoteTarget, signal?: AbortSignal): Promise<RemoteHost> {
    const key = keyOf(target);
    const known = this.#entries.get(target.serverId);
    if (known?.key === key) {
      const host = await known.host.catch(() => undefined);
      if (host && !host.closed) return host;
    }
    if (this.#entries.get(target.serverId) === known) {
      if (known && known.key !== key) this.drop(target.serverId);
      const entry: Entry = { key, host: this.#open(target, signal) };
      entry.host.catch(() => this.#forget(target.serverId, entry));
      this.#entries.set(target.serverId, entry);
      return entry.host;
    }
    return this.connect(target, signal);
  }

  /** Whether the operator denies the host, as far as its spelling tells. */
  deniesHost(host: string): boolean {
    return this.#destinations.deniesHost(host);
  }

  drop(serverId: string): void {
    const entry = this.#entries.get(serverId);
    this.#entries.delete(serverId);
    entry?.host.then((host) => host.close(), () => {});
  }

  async close(): Promise<void> {
    for (const serverId of [...this.#entries.keys()]) this.drop(serverId);
  }

  #forget(serverId: string, entry: Entry): void {
    if (this.#entries.get(serverId) === entry) this.#entries.delete(serverId);
  }

  async #open(target: RemoteTarget, signal?: AbortSignal): Promise<RemoteHost> {
    if (target.kind === 'local') return new LocalHost(target.dockerSocket);
    try {
      return await reach(this.#destinations, target, this.#connectTimeoutMs, signal);
    } catch (error) {
      throw toRemoteError(error);
    }
  }
}
