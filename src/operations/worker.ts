import type { App } from '../app.ts';
import { newId } from '../ids.ts';
import { WorkLoop } from '../events/work-loop.ts';
import type { Claim } from './claim.ts';
import type { KindRegistry } from './registry.ts';
import { runClaim } from './runner.ts';
import { shareOf } from './shares.ts';
import { abandoned, type Shares, takeNext, takeOver } from './take.ts';

export interface Worker {
  stop(): Promise<void>;
}

/** After so many lost workers an operation is tried alone, so that it cannot draw the others with it. */
const suspectAfter = 2;

interface Work {
  orgId: string;
  suspect: boolean;
  done: Promise<void>;
}

/** Takes what waits into its slots. What other workers left behind cannot wait: it is taken beside them, and leaves less room for what is new. */
class OperationWorker implements Worker {
  readonly #app: App;
  readonly #kinds: KindRegistry;
  readonly #id = newId();
  readonly #shutdown = new AbortController();
  readonly #own = new Map<Claim, Work>();
  readonly #takenOver = new Map<Claim, Work>();
  readonly #loop: WorkLoop;
  readonly #beat: NodeJS.Timeout;
  #looking: Promise<void> | undefined;
  /** Whose operation ended last here: the slot that it leaves goes to another organization first. */
  #lastServed: string | undefined;

  constructor(app: App, kinds: KindRegistry) {
    this.#app = app;
    this.#kinds = kinds;
    this.#loop = new WorkLoop(app.events, 'queue', 1000, app.log, () => this.#takeOne());
    this.#beat = setInterval(() => this.look(), Math.min(2000, app.config.OPERATION_LEASE * 500));
  }

  async stop(): Promise<void> {
    clearInterval(this.#beat);
    this.#shutdown.abort();
    await this.#loop.stop();
    await this.#looking;
    await Promise.all(this.#all.map((work) => work.done));
    await this.#app.db.prisma.workerProcess.deleteMany({ where: { id: this.#id } });
  }

  get #all(): Work[] {
    return [...this.#own.values(), ...this.#takenOver.values()];
  }

  get #shares(): Shares {
    const counts = new Map<string, number>();
    for (const { orgId } of this.#all) counts.set(orgId, (counts.get(orgId) ?? 0) + 1);
    const share = shareOf(this.#app.config.WORKER_CONCURRENCY);
    const busy = new Set([...counts.keys(), ...(this.#lastServed === undefined ? [] : [this.#lastServed])]);
    return { busy: [...busy], full: [...counts].filter(([, count]) => count >= share).map(([orgId]) => orgId) };
  }

  async #takeOne(): Promise<boolean> {
    if (this.#shutdown.signal.aborted || this.#all.length >= this.#app.config.WORKER_CONCURRENCY) return false;
    const claim = await takeNext(this.#app, this.#shares);
    if (claim) this.#run(claim, this.#own);
    return claim !== undefined;
  }

  #run(claim: Claim, place: Map<Claim, Work>): void {
    const done = runClaim(this.#app, this.#kinds, claim, this.#shutdown.signal).finally(() => {
      place.delete(claim);
      this.#lastServed = claim.orgId;
      this.#loop.wake();
    });
    place.set(claim, { orgId: claim.orgId, suspect: claim.crashes >= suspectAfter, done });
  }

  /** Says that this worker lives, and looks for operations whose worker does not: nothing stays `running` or `queued` for ever. */
  look(): void {
    this.#looking ??= this.#lookNow()
      .catch((error: unknown) => this.#app.log.warn({ err: error }, 'The reconciliation failed; it runs again'))
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #lookNow(): Promise<void> {
    const {
      db: { prisma },
      config,
      log,
      queue,
    } = this.#app;
    await prisma.$executeRaw`
      INSERT INTO worker_processes (id, slots, seen_at) VALUES (${this.#id}::uuid, ${config.WORKER_CONCURRENCY}, clock_timestamp())
      ON CONFLICT (id) DO UPDATE SET slots = EXCLUDED.slots, seen_at = EXCLUDED.seen_at`;
    await prisma.$executeRaw`DELETE FROM worker_processes WHERE seen_at < clock_timestamp() - interval '1 day'`;
    for (const { id, crashes } of await abandoned(this.#app, config.WORKER_CONCURRENCY)) {
      if (this.#shutdown.signal.aborted || this.#takenOver.size >= config.WORKER_CONCURRENCY) return;
      // Still here, after this process stood still: it gives it back by itself in a moment.
      if ([...this.#own.keys(), ...this.#takenOver.keys()].some((claim) => claim.id === id)) continue;
      if (crashes >= suspectAfter && [...this.#takenOver.values()].some((work) => work.suspect)) continue;
      const claim = await takeOver(this.#app, id);
      if (!claim) continue;
      log.info({ operationId: id, attempt: claim.attempt }, 'Taking over the operation of a lost worker');
      this.#run(claim, this.#takenOver);
    }
    const repaired = await prisma.$transaction((tx) => queue.repair(tx));
    if (repaired > 0) log.warn({ repaired }, 'Jobs without a matching operation were repaired');
  }
}

/** Starts to take operations; answers when it has looked for the first time for what others left behind. */
export async function startWorker(app: App, kinds: KindRegistry): Promise<Worker> {
  const worker = new OperationWorker(app, kinds);
  worker.look();
  return worker;
}
