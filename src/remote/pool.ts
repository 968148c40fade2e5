import { createHash } from 'node:crypto';
import type { Destinations } from './destinations.ts';
import type { RemoteGuard } from './guard.ts';
import type { RemoteHost } from './host.ts';
import { LocalHost } from './local-host.ts';
import { reach } from './reach.ts';
import { readSession } from './sessions.ts';
import type { RemoteTarget } from './target.ts';
import { within } from './within.ts';

interface Entry {
  key: string;
  host: Promise<RemoteHost>;
}

/**
 * What a shared connection is for: users who look at something for a moment, those who follow logs, files, and the monitor do not
 * take each other's channels.
 */
export type ConnectionUse = 'looking' | 'logs' | 'monitoring' | 'transfers';

function keyOf(target: RemoteTarget): string {
  return createHash('sha256').update(JSON.stringify(target)).digest('base64');
}

/** The connections of this process: standing ones that are shared, and ones of single attempts of operations. */
export class RemotePool {
  readonly #entries = new Map<string, Entry>();
  readonly #destinations: Destinations;
  readonly #own = new Set<RemoteHost>();
  readonly #ending = new AbortController();
  readonly #connectTimeoutMs: number;

  constructor(options: { destinations: Destinations; connectTimeoutMs: number }) {
    this.#destinations = options.destinations;
    this.#connectTimeoutMs = options.connectTimeoutMs;
  }

  /**
   * The live connection, or a new one: concurrent callers share one attempt, which none of them ends for the others;
   * changed credentials make a new one.
   */
  connect(target: RemoteTarget, signal?: AbortSignal, use: ConnectionUse = 'looking'): Promise<RemoteHost> {
    const name = `${target.serverId} ${use}`;
    const key = keyOf(target);
    if (this.#entries.get(name)?.key !== key) this.#drop(name);
    const { host } = this.#entries.get(name) ?? this.#begin(name, key, target);
    return within({ what: 'Connecting to the server', ms: 2 * this.#connectTimeoutMs, signal }, () => host);
  }

  #begin(name: string, key: string, target: RemoteTarget): Entry {
    const entry: Entry = { key, host: this.#connect(target, this.#ending.signal) };
    const forget = (): void => {
      if (this.#entries.get(name) === entry) this.#entries.delete(name);
    };
    this.#entries.set(name, entry);
    entry.host.then((host) => {
      if (host.closed) forget();
      else host.onClose(forget);
    }, forget);
    return entry;
  }

  /** Whether the operator denies the host, as far as its spelling tells. */
  deniesHost(host: string): boolean {
    return this.#destinations.deniesHost(host);
  }

  /** A connection for one attempt of an operation: the guard is asked before every call, and ends it. The caller closes it. */
  async open(target: RemoteTarget, guard: RemoteGuard): Promise<RemoteHost> {
    guard.check({ name: 'connect', changes: false, deadlineMs: this.#connectTimeoutMs });
    const host = await this.#connect(target, guard.signal, guard);
    this.#own.add(host);
    host.onClose(() => this.#own.delete(host));
    return host;
  }

  /** Ends the shared connections to a server. */
  drop(serverId: string): void {
    for (const name of [...this.#entries.keys()]) if (name.startsWith(`${serverId} `)) this.#drop(name);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    for (const name of [...this.#entries.keys()]) this.#drop(name);
    for (const host of [...this.#own]) host.close();
  }

  #drop(name: string): void {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    entry?.host.then(
      (host) => host.close(),
      () => {},
    );
  }

  async #connect(target: RemoteTarget, signal: AbortSignal | undefined, guard?: RemoteGuard): Promise<RemoteHost> {
    if (target.kind === 'local') return new LocalHost(target.dockerSocket, guard);
    const host = await reach(this.#destinations, target, { timeoutMs: this.#connectTimeoutMs, signal, guard });
    if (!guard) return host;
    try {
      host.session = await readSession(host);
      return host;
    } catch (error) {
      host.close();
      throw error;
    }
  }
}
