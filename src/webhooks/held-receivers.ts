import type { App } from '../app.ts';
import { newId } from '../ids.ts';
import { failWaiting } from './fail-waiting.ts';
import { type Held, Leases, mostHeld } from './leases.ts';
import { readReceivers, type Receiver } from './receiver.ts';
import { readRetries } from './waiting.ts';

/** After how long without work an endpoint is given back. */
const idleMs = 30_000;

/** The endpoints that this worker holds. */
export class HeldReceivers {
  readonly #app: App;
  readonly #leases: Leases;
  readonly #leaseMs: number;
  readonly #receivers = new Map<string, Receiver>();
  /** By the monotonic clock. */
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(app: App) {
    this.#app = app;
    const seconds = app.config.OPERATION_LEASE;
    this.#leaseMs = seconds * 1000;
    this.#leases = new Leases(app.db.pool, newId(), seconds);
  }

  get all(): Receiver[] {
    return [...this.#receivers.values()];
  }

  /** Whether what is held is certainly held still. */
  get areLeased(): boolean {
    return performance.now() - this.#renewedAt < this.#leaseMs;
  }

  /** Looks at what is held, and takes what is due. */
  async refresh(): Promise<void> {
    await this.#open([...(await this.#look()), ...(await this.#claim())]);
  }

  /** Gives the endpoints that must be read anew. */
  async #look(): Promise<Held[]> {
    if (this.#receivers.size === 0) return [];
    const now = performance.now();
    const renew = now - this.#renewedAt > this.#leaseMs / 3;
    const held = new Map((await this.#leases.held(renew)).map((one) => [one.endpointId, one]));
    if (renew) this.#renewedAt = now;
    const again: Held[] = [];
    for (const [id, receiver] of this.#receivers) {
      const row = held.get(id);
      if (!row) this.#drop(receiver);
      else if (receiver.isStale || row.version !== receiver.held.version) {
        receiver.isStale = true;
        // What is on its way is recorded first: reading would find it as if it had not been sent.
        if (!receiver.isBusy) again.push(row);
      } else if (row.wakes !== receiver.held.wakes) {
        receiver.held = row;
        receiver.wantsMore = true;
      }
    }
    return again;
  }

  async #claim(): Promise<Held[]> {
    if (this.#receivers.size >= mostHeld) return [];
    const now = performance.now();
    const claimed = await this.#leases.claim(mostHeld - this.#receivers.size);
    // The leases that were there are as old as they were; a lease is never believed to last longer than it does.
    if (this.#receivers.size === 0) this.#renewedAt = now;
    // A lease of this worker that had expired: what it sent meanwhile may not be recorded.
    const busy = claimed.filter(({ endpointId }) => this.#receivers.get(endpointId)?.isBusy);
    for (const { endpointId } of busy) {
      const receiver = this.#receivers.get(endpointId);
      if (receiver) receiver.isStale = true;
    }
    return claimed.filter((one) => !busy.includes(one));
  }

  async #open(held: readonly Held[]): Promise<void> {
    if (held.length === 0) return;
    const ids = held.map(({ endpointId }) => endpointId);
    const [receivers, retries] = await Promise.all([
      readReceivers(this.#app, held),
      readRetries(this.#app.db.pool, ids),
    ]);
    for (const receiver of receivers) {
      const before = this.#receivers.get(receiver.settings.id);
      if (before) this.#drop(before);
      this.#receivers.set(receiver.settings.id, receiver);
    }
    for (const { endpointId, resourceId, dueAt } of retries)
      this.#receivers.get(endpointId)?.lanes.park(resourceId, dueAt.getTime());
    for (const one of held) {
      if (receivers.some(({ settings }) => settings.id === one.endpointId)) continue;
      const before = this.#receivers.get(one.endpointId);
      if (before) this.#drop(before);
      // Also what was added while it was disabled.
      await failWaiting(this.#app.db.prisma, one.endpointId);
      await this.#leases.release(one, null);
    }
  }

  #drop(receiver: Receiver): void {
    receiver.isLost = true;
    this.#receivers.delete(receiver.settings.id);
  }

  async giveBackIdle(): Promise<void> {
    const now = Date.now();
    for (const receiver of this.#receivers.values()) {
      const next = receiver.lanes.nextDue();
      const isIdle = !receiver.isBusy && !receiver.wantsMore && !receiver.isStale && receiver.lanes.buffered === 0;
      if (!isIdle || now - receiver.lastUsed < idleMs || (next !== undefined && next - now < idleMs)) continue;
      this.#drop(receiver);
      await this.#leases.release(receiver.held, next === undefined ? null : new Date(next));
    }
  }

  /** Gives everything back: another worker goes on at once. */
  async giveBackAll(): Promise<void> {
    for (const receiver of this.all) this.#drop(receiver);
    await this.#leases.releaseAll();
  }
}
