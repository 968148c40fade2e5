import type { App } from '../app.ts';
import { WorkLoop } from '../events/work-loop.ts';
import { newId } from '../ids.ts';
import { bodyOf } from './body.ts';
import { messageId } from './deliveries.ts';
import { WebhookDestinations } from './destinations.ts';
import { disableEndpoint } from './disable.ts';
import { failWaiting } from './fail-waiting.ts';
import type { Lane } from './lanes.ts';
import { type Attempt, Poster } from './post.ts';
import { type Held, Leases, mostHeld, readAfter, readLanes, readRetries, type Waiting } from './queues.ts';
import { readReceivers, type Receiver } from './receiver.ts';
import { Results } from './results.ts';
import { delayAfter, failingDays, retryAfterOf } from './schedule.ts';
import { signed } from './sign.ts';

/** How many deliveries of an endpoint are read at once, and with how many left the next are read. */
const readAtOnce = 200;
const fewLeft = 100;
/** How many lanes are read at once, and how many deliveries of each. */
const lanesAtOnce = 500;
const ofLane = 20;
/** After how long without work an endpoint is given back. */
const idleMs = 30_000;
/** How long a process that ends waits for responses. What comes later is sent again by another worker. */
const lastResponsesMs = 5000;

/**
 * Sends deliveries. A worker holds whole endpoints, by a lease: what is in order and what is open is then known in one
 * place, and a delivery needs no claim of its own. Endpoints never wait for each other.
 */
export class Sender {
  readonly #app: App;
  readonly #leases: Leases;
  readonly #leaseMs: number;
  readonly #poster: Poster;
  readonly #results: Results;
  readonly #receivers = new Map<string, Receiver>();
  readonly #loop: WorkLoop;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  /** By the monotonic clock. */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #stopping = false;

  constructor(app: App) {
    this.#app = app;
    const seconds = app.config.OPERATION_LEASE;
    this.#leaseMs = seconds * 1000;
    this.#leases = new Leases(app.db.pool, newId(), seconds);
    this.#poster = new Poster(new WebhookDestinations(app.config), app.config.WEBHOOK_TIMEOUT * 1000);
    this.#results = new Results(app.db.pool, app.log);
    this.#loop = new WorkLoop(app.events, 'webhooks', this.#leaseMs / 3, app.log, () => this.#turn());
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#loop.stop();
    const until = Date.now() + lastResponsesMs;
    while ([...this.#receivers.values()].some(({ open }) => open > 0) && Date.now() < until)
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    await this.#results.stop();
    this.#receivers.clear();
    await this.#leases.releaseAll();
    await this.#poster.close();
  }

  /** Looks at what is held, takes what is due, reads what comes next and sends what may be sent. */
  async #turn(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timerAt = Number.POSITIVE_INFINITY;
    await this.#open([...(await this.#refresh()), ...(await this.#claim())]);
    await this.#read();
    await this.#readDueLanes();
    for (const receiver of this.#receivers.values()) this.#pump(receiver);
    await this.#giveBackIdle();
    this.#setTimer();
    return [...this.#receivers.values()].some((receiver) => this.#wantsRead(receiver));
  }

  /** Gives the endpoints that must be read anew. */
  async #refresh(): Promise<Held[]> {
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

  #wantsRead({ wantsMore, isStale, lanes }: Receiver): boolean {
    return wantsMore && !isStale && lanes.buffered < fewLeft;
  }

  /** When lanes of it are to be read; undefined: not before others are sent. */
  #dueAt({ isStale, isLost, lanes }: Receiver): number | undefined {
    return isStale || isLost || lanes.buffered >= fewLeft ? undefined : lanes.nextDue();
  }

  async #read(): Promise<void> {
    const asking = [...this.#receivers.values()].filter((receiver) => this.#wantsRead(receiver));
    if (asking.length === 0) return;
    const asked = asking.map(({ settings: { id }, lanes }) => ({ endpointId: id, after: lanes.cursor }));
    const rows = Map.groupBy(await readAfter(this.#app.db.pool, asked, readAtOnce), ({ endpointId }) => endpointId);
    for (const receiver of asking) {
      const found = rows.get(receiver.settings.id) ?? [];
      receiver.lanes.offer(found);
      receiver.wantsMore = found.length === readAtOnce;
    }
  }

  async #readDueLanes(): Promise<void> {
    const now = Date.now();
    const due = new Map<Lane, Receiver>();
    for (const receiver of this.#receivers.values()) {
      if (receiver.isStale || receiver.lanes.buffered >= fewLeft) continue;
      for (const lane of receiver.lanes.takeDue(now, Math.min(lanesAtOnce - due.size, fewLeft)))
        due.set(lane, receiver);
    }
    if (due.size === 0) return;
    const asked = [...due].map(([{ resourceId, last }, { settings }]) => ({
      endpointId: settings.id,
      resourceId,
      after: last,
    }));
    const rows = await readLanes(this.#app.db.pool, asked, ofLane).catch((error: unknown) => {
      for (const [lane, { lanes }] of due) lanes.putBack([lane]);
      throw error;
    });
    const keyOf = (endpointId: string, resourceId: string): string => `${endpointId} ${resourceId}`;
    const byLane = Map.groupBy(rows, ({ endpointId, resourceId }) => keyOf(endpointId, resourceId));
    for (const [lane, { settings, lanes }] of due) {
      const found = byLane.get(keyOf(settings.id, lane.resourceId)) ?? [];
      lanes.offerLane(lane, found, found.length === ofLane, now);
    }
  }

  #pump(receiver: Receiver): void {
    while (!this.#stopping && receiver.mayOpen && !this.#results.isFull && this.#isLeased()) {
      const next = receiver.lanes.take();
      if (!next) return;
      receiver.open += 1;
      this.#send(receiver, next.lane, next.delivery).catch((error: unknown) => {
        this.#app.log.error({ err: error, endpointId: receiver.settings.id }, 'A webhook could not be handled');
        // Read anew: the delivery is still there.
        receiver.isStale = true;
        this.#loop.wake();
      });
    }
  }

  #isLeased(): boolean {
    return performance.now() - this.#renewedAt < this.#leaseMs;
  }

  async #send(receiver: Receiver, lane: Lane, delivery: Waiting): Promise<void> {
    const attempt = await this.#attempt(receiver, delivery).finally(() => {
      receiver.open -= 1;
    });
    // The process ends: what was cut off says nothing of the receiver.
    if (this.#stopping && attempt.error !== null) return;
    const ok = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
    receiver.count(ok);
    if (ok !== (receiver.failingSince === null)) {
      receiver.failingSince = ok ? null : new Date();
      this.#results.changed(receiver.settings.id, ok);
    }
    receiver.unrecorded += 1;
    const recorded = this.#record(receiver, lane, delivery, attempt, ok).finally(() => {
      receiver.unrecorded -= 1;
      if (receiver.isStale && !receiver.isBusy) this.#loop.wake();
      else this.#pump(receiver);
    });
    this.#pump(receiver);
    if (!ok) await recorded;
    const dueAt = this.#dueAt(receiver);
    if (this.#wantsRead(receiver) || receiver.isStale || (dueAt !== undefined && dueAt <= Date.now()))
      this.#loop.wake();
    else if (!ok) this.#wakeAt(dueAt);
  }

  async #attempt(receiver: Receiver, { id, event }: Waiting): Promise<Attempt> {
    const at = Date.now();
    if (event === null) {
      const gone = { at: new Date(at).toISOString(), status: null, headers: {}, body: '', durationMs: 0 };
      return { ...gone, error: 'The event is no longer kept' };
    }
    const { url, format } = receiver.settings;
    const body = bodyOf(format, event);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'oCore-Webhooks',
      ...signed(receiver.signers(at), messageId(id), at, body),
    };
    return this.#poster.post(url, headers, body);
  }

  async #record(receiver: Receiver, lane: Lane, delivery: Waiting, attempt: Attempt, ok: boolean): Promise<void> {
    const { id, event } = delivery;
    const tries = delivery.tries + 1;
    const about = { id, endpointId: receiver.settings.id, tries, attempt };
    if (ok) {
      // The next one goes without waiting for the record. If this process dies now, both are sent again, in this order.
      receiver.lanes.finished(lane);
      return this.#results.add({ ...about, status: 'succeeded', nextAttemptAt: null });
    }
    const isGone = attempt.status === 410;
    const retryAfter = retryAfterOf(attempt.headers['retry-after'], Date.now());
    const delay = isGone || event === null ? undefined : delayAfter(tries, retryAfter);
    const nextAttemptAt = delay === undefined ? null : new Date(Date.now() + delay);
    await this.#results.add({ ...about, status: nextAttemptAt ? 'pending' : 'failed', nextAttemptAt });
    if (nextAttemptAt) receiver.lanes.retry(lane, { ...delivery, tries, dueAt: nextAttemptAt.getTime() });
    else receiver.lanes.finished(lane);
    const since = receiver.failingSince?.getTime() ?? Number.POSITIVE_INFINITY;
    const reason = isGone ? 'gone' : Date.now() - since > failingDays * 86400_000 ? 'failing' : undefined;
    if (!reason) return;
    // Nothing more is sent, not even what is read already.
    receiver.isStale = true;
    await disableEndpoint(this.#app, receiver.settings.orgId, receiver.settings.id, reason);
  }

  async #giveBackIdle(): Promise<void> {
    const now = Date.now();
    for (const receiver of this.#receivers.values()) {
      const next = receiver.lanes.nextDue();
      const isIdle = !receiver.isBusy && !receiver.wantsMore && !receiver.isStale && receiver.lanes.buffered === 0;
      if (!isIdle || now - receiver.lastUsed < idleMs || (next !== undefined && next - now < idleMs)) continue;
      this.#drop(receiver);
      await this.#leases.release(receiver.held, next === undefined ? null : new Date(next));
    }
  }

  /** The first lane that is due. What nobody holds is looked for whenever the loop comes by itself. */
  #setTimer(): void {
    for (const receiver of this.#receivers.values()) this.#wakeAt(this.#dueAt(receiver));
  }

  #wakeAt(time: number | undefined): void {
    // The loop comes by itself, too.
    if (time === undefined || time >= this.#timerAt || time > Date.now() + this.#leaseMs || this.#stopping) return;
    clearTimeout(this.#timer);
    this.#timerAt = time;
    this.#timer = setTimeout(() => this.#loop.wake(), Math.max(time - Date.now(), 10));
  }
}
