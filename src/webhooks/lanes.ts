import type { Waiting } from './waiting.ts';

/** The deliveries of one resource to one endpoint: one at a time, in their order. */
export interface Lane {
  readonly resourceId: string;
  /** `parked`: what comes next is in the database only, and is read when it is due. */
  state: 'idle' | 'ready' | 'sending' | 'parked' | 'loading';
  readonly waiting: Waiting[];
  dueAt: number;
  /** Up to which number it was read. */
  last: bigint;
  /** Whether the database has more of it than was read. */
  more: boolean;
}

/**
 * What waits for one endpoint, as lanes that do not wait for each other. Only what can be sent now is held in memory, up to
 * a bound: a lane that waits for its next attempt is read again when it is due.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #ready: Lane[] = [];
  #cursor = 0n;
  #buffered = 0;

  /** Up to which number the endpoint's deliveries were read. */
  get cursor(): bigint {
    return this.#cursor;
  }

  /** How many deliveries are held in memory. */
  get buffered(): number {
    return this.#buffered;
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** A lane whose first delivery is tried again at the time. */
  park(resourceId: string, dueAt: number): void {
    this.#lane(resourceId, 0n).state = 'parked';
    this.#lane(resourceId, 0n).dueAt = dueAt;
  }

  /** The next deliveries of the endpoint, in their order. */
  offer(rows: readonly Waiting[]): void {
    for (const row of rows) {
      if (row.seq > this.#cursor) this.#cursor = row.seq;
      const lane = this.#lane(row.resourceId, 0n);
      if (row.seq <= lane.last) this.#tidy(lane);
      else if (lane.more || lane.state === 'parked' || lane.state === 'loading') lane.more = true;
      else this.#add(lane, row);
    }
  }

  /** The next deliveries of one lane; `more`: there may be others after them. */
  offerLane(lane: Lane, rows: readonly Waiting[], more: boolean, now: number): void {
    // Whoever comes after one that is not due yet waits with it.
    const late = rows.findIndex(({ dueAt }) => dueAt > now);
    const next = late < 0 ? rows : rows.slice(0, late);
    const first = rows[0];
    lane.state = 'idle';
    lane.more = false;
    if (first && late === 0) {
      this.#wait(lane, first);
      return;
    }
    for (const row of next) this.#add(lane, row);
    lane.more = more || late > 0;
    if (next.length === 0) this.#next(lane);
  }

  /** The next delivery that may be sent. */
  take(): { lane: Lane; delivery: Waiting } | undefined {
    const lane = this.#ready.shift();
    const delivery = lane?.waiting.shift();
    if (!lane || !delivery) return undefined;
    this.#buffered -= 1;
    lane.state = 'sending';
    return { lane, delivery };
  }

  /** The delivery has come to its end: the next one of its lane may go. */
  finished(lane: Lane): void {
    lane.state = 'idle';
    this.#next(lane);
  }

  /** The delivery is tried again at its time: it is recorded, and with all after it in the database only. */
  retry(lane: Lane, delivery: Waiting): void {
    this.#buffered -= lane.waiting.splice(0).length;
    this.#wait(lane, delivery);
  }

  /** Lanes to be read now. They are then `loading`. */
  takeDue(now: number, most: number): Lane[] {
    const due = [...this.#lanes.values()].filter(({ state, dueAt }) => state === 'parked' && dueAt <= now);
    const taken = due.slice(0, most);
    for (const lane of taken) lane.state = 'loading';
    return taken;
  }

  /** The reading of lanes failed. */
  putBack(lanes: readonly Lane[]): void {
    for (const lane of lanes) lane.state = 'parked';
  }

  /** When the next lane is due; undefined: none is parked. */
  nextDue(): number | undefined {
    let next: number | undefined;
    for (const { state, dueAt } of this.#lanes.values())
      if (state === 'parked' && (next === undefined || dueAt < next)) next = dueAt;
    return next;
  }

  #lane(resourceId: string, last: bigint): Lane {
    const known = this.#lanes.get(resourceId);
    if (known) return known;
    const made: Lane = { resourceId, state: 'idle', waiting: [], dueAt: 0, last, more: false };
    this.#lanes.set(resourceId, made);
    return made;
  }

  #add(lane: Lane, row: Waiting): void {
    lane.waiting.push(row);
    lane.last = row.seq;
    this.#buffered += 1;
    if (lane.state !== 'idle') return;
    lane.state = 'ready';
    this.#ready.push(lane);
  }

  #wait(lane: Lane, { seq, dueAt }: Waiting): void {
    lane.state = 'parked';
    lane.dueAt = dueAt;
    lane.last = seq - 1n;
  }

  #next(lane: Lane): void {
    if (lane.waiting.length > 0) {
      lane.state = 'ready';
      this.#ready.push(lane);
    } else if (lane.more) {
      lane.state = 'parked';
      lane.dueAt = 0;
    } else this.#tidy(lane);
  }

  /** A lane without deliveries is remembered only as long as the endpoint's reader has not passed what was sent of it. */
  #tidy(lane: Lane): void {
    if (lane.state === 'idle' && lane.waiting.length === 0 && !lane.more && lane.last <= this.#cursor)
      this.#lanes.delete(lane.resourceId);
  }
}
