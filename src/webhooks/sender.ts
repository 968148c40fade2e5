import type { App } from '../app.ts';
import { WorkLoop } from '../events/work-loop.ts';
import { Courier } from './courier.ts';
import { HeldReceivers } from './held-receivers.ts';
import type { Lane } from './lanes.ts';
import type { Receiver } from './receiver.ts';
import { readAfter, readLanes, type Waiting } from './waiting.ts';

/** How many deliveries of an endpoint are read at once, and with how many left the next are read. */
const readAtOnce = 200;
const fewLeft = 100;
/** How many lanes are read at once, and how many deliveries of each. */
const lanesAtOnce = 500;
const ofLane = 20;
/** How long a process that ends waits for responses. What comes later is sent again by another worker. */
const lastResponsesMs = 5000;

/**
 * Sends deliveries. A worker holds whole endpoints, by a lease: what is in order and what is open is then known in one
 * place, and a delivery needs no claim of its own. Endpoints never wait for each other.
 */
export class Sender {
  readonly #app: App;
  readonly #held: HeldReceivers;
  readonly #courier: Courier;
  readonly #leaseMs: number;
  readonly #loop: WorkLoop;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #stopping = false;

  constructor(app: App) {
    this.#app = app;
    this.#leaseMs = app.config.OPERATION_LEASE * 1000;
    this.#held = new HeldReceivers(app);
    this.#courier = new Courier(app);
    this.#loop = new WorkLoop(app.events, 'webhooks', this.#leaseMs / 3, app.log, () => this.#turn());
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#loop.stop();
    const until = Date.now() + lastResponsesMs;
    while (this.#held.all.some(({ open }) => open > 0) && Date.now() < until)
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    await this.#courier.results.stop();
    await this.#held.giveBackAll();
    await this.#courier.close();
  }

  /** Looks at what is held, takes what is due, reads what comes next and sends what may be sent. */
  async #turn(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timerAt = Number.POSITIVE_INFINITY;
    await this.#held.refresh();
    await this.#read();
    await this.#readDueLanes();
    for (const receiver of this.#held.all) this.#pump(receiver);
    await this.#held.giveBackIdle();
    this.#setTimer();
    return this.#held.all.some((receiver) => this.#wantsRead(receiver));
  }

  #wantsRead({ wantsMore, isStale, lanes }: Receiver): boolean {
    return wantsMore && !isStale && lanes.buffered < fewLeft;
  }

  /** When lanes of it are to be read; undefined: not before others are sent. */
  #dueAt({ isStale, isLost, lanes }: Receiver): number | undefined {
    return isStale || isLost || lanes.buffered >= fewLeft ? undefined : lanes.nextDue();
  }

  async #read(): Promise<void> {
    const asking = this.#held.all.filter((receiver) => this.#wantsRead(receiver));
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
    for (const receiver of this.#held.all) {
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
    while (!this.#stopping && receiver.mayOpen && !this.#courier.results.isFull && this.#held.areLeased) {
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

  async #send(receiver: Receiver, lane: Lane, delivery: Waiting): Promise<void> {
    const attempt = await this.#courier.attempt(receiver, delivery).finally(() => {
      receiver.open -= 1;
    });
    // The process ends: what was cut off says nothing of the receiver.
    if (this.#stopping && attempt.error !== null) return;
    const ok = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
    receiver.count(ok);
    if (ok !== (receiver.failingSince === null)) {
      receiver.failingSince = ok ? null : new Date();
      this.#courier.results.changed(receiver.settings.id, ok);
    }
    receiver.unrecorded += 1;
    const recorded = this.#courier.record(receiver, lane, delivery, attempt, ok).finally(() => {
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

  /** The first lane that is due. What nobody holds is looked for whenever the loop comes by itself. */
  #setTimer(): void {
    for (const receiver of this.#held.all) this.#wakeAt(this.#dueAt(receiver));
  }

  #wakeAt(time: number | undefined): void {
    // The loop comes by itself, too.
    if (time === undefined || time >= this.#timerAt || time > Date.now() + this.#leaseMs || this.#stopping) return;
    clearTimeout(this.#timer);
    this.#timerAt = time;
    this.#timer = setTimeout(() => this.#loop.wake(), Math.max(time - Date.now(), 10));
  }
}
