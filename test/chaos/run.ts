import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type FaultKind, inject, isRemote, placeOf, sayFault, scheduleFaults } from './faults.ts';
import { type Scene, violations } from './invariants.ts';
import { Markers } from './markers.ts';
import { Random } from './random.ts';
import { Stage } from './stage.ts';
import { scheduleWishes, Traffic } from './traffic.ts';

export interface ChaosOptions {
  seed: number;
  minutes: number;
  /** Stops after this many faults, if the minutes are not over before. */
  faults: number;
  servers: number;
  /** Of operations, in seconds: short, so that a take-over is soon due; long enough for the machine that runs all this. */
  lease: number;
  /** Takes the logs and what is needed to look into a violation. */
  dir: string;
  /** Ends the run early; everything is taken down all the same. */
  signal?: AbortSignal;
  say(line: string): void;
}

export interface ChaosReport {
  faults: Partial<Record<FaultKind, number>>;
  /** `kind outcome` -> how many. */
  operations: Record<string, number>;
  /** Instances that a user had to restart, as the engine had not started all of their containers again. */
  restarted: number;
  /** Operations that failed since the engine could not start a container again that ran when it was killed. */
  leftByAKill: number;
  violations: string[];
}

const faultsPerRound = 12;
/** How long everything may take to come to rest once nothing is broken any more. */
const restMs = 90_000;
const settleMs = 20_000;
/** The longest that a run takes beyond its minutes: its last round, and its end. */
const graceMs = 6 * 60_000;

/** Codes that say truly that a server could not be worked with. */
const remoteCodes = ['ssh_unreachable', 'ssh_connection_lost', 'docker_unavailable', 'remote_timeout'];

/** The way on for containers that ran when their engine was killed together with its containerd. */
const leftByAKill = 'The engine still holds what it had when it was killed';

/** One run: rounds in which things break while a user works, each ending at a quiet point where everything is checked. */
export class Chaos {
  readonly #options: ChaosOptions;
  readonly #stage: Stage;
  readonly #traffic: Traffic;
  readonly #random: Random;
  readonly #scene: Scene;
  readonly #markers: Markers;
  readonly #found = new Set<string>();
  readonly #report: ChaosReport = { faults: {}, operations: {}, restarted: 0, leftByAKill: 0, violations: [] };
  #round = 0;

  private constructor(options: ChaosOptions, stage: Stage, traffic: Traffic) {
    this.#options = options;
    this.#stage = stage;
    this.#traffic = traffic;
    this.#random = new Random(options.seed);
    this.#scene = {
      sql: (text, values) => stage.sql(text, values),
      engines: stage.servers.map(({ fleet }) => fleet.engine),
    };
    this.#markers = new Markers(this.#scene);
  }

  static async run(options: ChaosOptions): Promise<ChaosReport> {
    const stage = await Stage.start(options.dir, options.servers, options.lease);
    // Whatever hangs: the run ends.
    const tooLong = AbortSignal.timeout(options.minutes * 60_000 + graceMs);
    const signal = options.signal ? AbortSignal.any([options.signal, tooLong]) : tooLong;
    try {
      const ended = once(signal, 'abort').then(() => {
        throw new Error(tooLong.aborted ? 'The run took too long' : 'The run was ended from outside');
      });
      return await Promise.race([
        ended,
        Traffic.start(stage).then((traffic) => new Chaos(options, stage, traffic).#run()),
      ]);
    } finally {
      await stage.stop();
    }
  }

  async #run(): Promise<ChaosReport> {
    const until = Date.now() + this.#options.minutes * 60_000;
    let left = this.#options.faults;
    while (left > 0 && Date.now() < until) {
      const count = Math.min(left, faultsPerRound);
      left -= count;
      const began = new Date();
      const faults = await this.#breakThings(count);
      await this.#rest();
      await this.#checkOutcomes(began, faults.filter(isRemote));
    }
    for (const wrong of await this.#traffic.leave(restMs)) this.#violation(wrong);
    await this.#rest();
    for (const wrong of await this.#leftovers()) this.#violation(wrong);
    for (const { kind, status, count } of await this.#stage.sql<{ kind: string; status: string; count: number }>(
      'SELECT kind, status, count(*)::int AS count FROM operations GROUP BY 1, 2 ORDER BY 1, 2',
    )) {
      this.#report.operations[`${kind} ${status}`] = count;
    }
    return this.#report;
  }

  #violation(what: string): void {
    if (this.#found.has(what)) return;
    this.#found.add(what);
    this.#report.violations.push(what);
    this.#options.say(`  VIOLATION ${what}`);
  }

  async #breakThings(count: number): Promise<Fault[]> {
    this.#round += 1;
    const faults = scheduleFaults(this.#random, count, this.#options);
    const length = Math.max(...faults.map(({ at, lasts }) => at + lasts));
    const wishes = scheduleWishes(this.#random, length);
    this.#options.say(`round ${this.#round}: ${faults.map(sayFault).join('; ')}; ${wishes.length} requests`);
    const began = Date.now();
    const sinceRound = (at: number): Promise<void> => sleep(Math.max(0, began + at - Date.now()));
    const healthy = new AbortController();
    const watching = this.#watch(healthy.signal);
    // On a slow machine healing takes its time: what is broken still is not broken anew.
    const places = Map.groupBy(faults, placeOf);
    await Promise.all([
      ...[...places.values()].map(async (here) => {
        for (const fault of here) {
          await sinceRound(fault.at);
          await this.#breakOnce(fault);
        }
      }),
      (async () => {
        for (const wish of wishes) {
          await sinceRound(wish.at);
          this.#traffic.begin(wish);
        }
      })(),
    ]);
    for (const { line } of this.#stage.servers) line.sweep();
    await this.#traffic.settled();
    healthy.abort();
    await watching;
    return faults;
  }

  async #breakOnce(fault: Fault): Promise<void> {
    const heal = await inject(this.#stage, fault);
    this.#report.faults[fault.kind] = (this.#report.faults[fault.kind] ?? 0) + 1;
    await sleep(fault.lasts);
    await heal();
  }

  /** Beside the round: marks new instances, and starts again what died by itself. */
  async #watch(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.#markers.put().catch(() => {});
      for (const part of this.#stage.parts) await part.supervise();
      await sleep(1000);
    }
  }

  /** Waits until nobody works any more, then checks everything; what is only late has a moment to come right. */
  async #rest(): Promise<void> {
    const until = Date.now() + restMs;
    while (Date.now() < until && (await this.#live()) > 0) await sleep(250);
    let wrong = await this.#check();
    if (wrong.length > 0 && (await this.#restartWhatStopped())) wrong = await this.#check();
    await this.#markers.put();
    for (const part of this.#stage.parts) {
      await part.keepLog();
      for (const accident of part.accidents.splice(0)) this.#violation(accident);
    }
    for (const problem of this.#traffic.problems.splice(0)) this.#violation(problem);
    const fresh = wrong.filter((what) => !this.#found.has(what));
    for (const what of wrong) this.#violation(what);
    if (fresh.length > 0) await this.#keepEvidence();
    const [{ count } = { count: 0 }] = await this.#stage.sql<{ count: number }>(
      'SELECT count(*)::int AS count FROM operations',
    );
    this.#options.say(
      `  quiet after ${((Date.now() + restMs - until) / 1000).toFixed(1)} s; ${count} operations so far; ${this.#report.violations.length} violations`,
    );
  }

  /** What is wrong, once what is only late has had a moment to come right. */
  async #check(): Promise<string[]> {
    for (const settled = Date.now() + settleMs; ; await sleep(1000)) {
      for (const part of this.#stage.parts) await part.supervise();
      const wrong = [
        ...(await violations(this.#scene)),
        ...(await this.#markers.violations()),
        ...(await this.#away()),
      ];
      if (wrong.length === 0 || Date.now() >= settled) return wrong;
    }
  }

  /**
   * Docker does not always start a container again that ran when Docker itself was killed, whatever its restart policy
   * says: a user who sees that restarts the instance, and then it must be whole. Answers whether there was one.
   */
  async #restartWhatStopped(): Promise<boolean> {
    const running = await this.#stage.sql<{ id: string; name: string }>(
      "SELECT id, name FROM instances WHERE status = 'running'",
    );
    let any = false;
    for (const { docker } of this.#scene.engines) {
      const ended = await docker.listContainers({ all: true, filters: { status: ['exited'] } });
      for (const { id, name } of running) {
        if (!ended.some(({ Labels }) => Labels['sh.ocore.instance'] === id)) continue;
        any = true;
        this.#report.restarted += 1;
        this.#options.say(`  the engine has not started all of ${name} again: restarting the instance`);
        await this.#traffic.restart(id);
      }
    }
    return any;
  }

  async #live(): Promise<number> {
    return (await this.#stage.sql("SELECT 1 FROM operations WHERE status IN ('queued', 'running')")).length;
  }

  /** The servers are well, so the monitor must have seen that. */
  async #away(): Promise<string[]> {
    const rows = await this.#stage.sql<{ name: string; status: string }>(
      "SELECT name, status FROM servers WHERE id = ANY($1::uuid[]) AND status NOT IN ('active', 'removed')",
      [this.#traffic.serverIds],
    );
    return rows.map(({ name, status }) => `Server ${name} is ${status} though nothing is broken`);
  }

  /** An operation fails only for a server that could not be worked with, and then says so. */
  async #checkOutcomes(began: Date, remote: readonly Fault[]): Promise<void> {
    const rows = await this.#stage.sql<{ what: string; code: string; hint: string | null; server: number }>(
      `SELECT concat_ws(' ', o.kind, o.id, o.error_code, o.error_message) AS what, o.error_code AS code, o.error_hint AS hint, array_position($2::text[], s.docker_socket) - 1 AS server
       FROM operations o LEFT JOIN servers s ON s.id = o.server_id WHERE o.status = 'failed' AND o.finished_at > $1`,
      [began, this.#stage.servers.map(({ fleet }) => fleet.engine.socket)],
    );
    for (const { what, code, hint, server } of rows) {
      // It says so for as long as such a container is there: in later rounds, too.
      const killed = (this.#report.faults['docker.kill'] ?? 0) > 0;
      if (killed && hint?.startsWith(leftByAKill)) this.#report.leftByAKill += 1;
      else if (!remoteCodes.includes(code))
        this.#violation(`An operation failed for a reason that no fault gives: ${what}`);
      else if (!remote.some(({ target }) => target === server))
        this.#violation(`An operation failed though its server was well: ${what}`);
    }
  }

  /** When everything was deleted, nothing may be left on any server. */
  async #leftovers(): Promise<string[]> {
    const left: string[] = [];
    for (const { docker } of this.#scene.engines) {
      for (const { Names } of await docker.listContainers({ all: true }))
        left.push(`A container is left at the end: ${Names.join(' ')}`);
      for (const { Name } of await docker.listNetworks())
        if (!['bridge', 'host', 'none'].includes(Name)) left.push(`A network is left at the end: ${Name}`);
      for (const { Name } of (await docker.listVolumes()).Volumes ?? [])
        left.push(`A volume is left at the end: ${Name}`);
    }
    return left;
  }

  /** The rows as they stand, beside the logs of the processes. */
  async #keepEvidence(): Promise<void> {
    const rows = await this.#stage.sql(
      `SELECT o.id, o.kind, o.status, o.resource_id, o.server_id, o.attempt, o.cancel_requested, o.lease_until, o.error_code, o.error_message, o.state, o.created_at, o.started_at, o.finished_at,
         (SELECT json_agg(json_build_object('name', s.name, 'status', s.status, 'startedAt', s.started_at, 'finishedAt', s.finished_at, 'message', s.message) ORDER BY s.position) FROM operation_steps s WHERE s.operation_id = o.id) AS steps,
         (SELECT json_agg(json_build_object('seq', l.seq, 'at', l.at, 'step', l.step, 'level', l.level, 'message', l.message) ORDER BY l.seq) FROM operation_logs l WHERE l.operation_id = o.id) AS logs,
         (SELECT json_agg(json_build_object('id', j.id, 'state', j.state, 'createdOn', j.created_on, 'startedOn', j.started_on)) FROM pgboss.job j WHERE j.data->>'operationId' = o.id::text) AS jobs
       FROM operations o ORDER BY o.id`,
    );
    const file = join(this.#options.dir, `round-${this.#round}.json`);
    await writeFile(file, JSON.stringify(rows, null, 1));
    this.#options.say(`  the operations as they stand: ${file}`);
  }
}

/** The settings that a run depends on beside its seed. */
export const sayOptions = ({ seed, minutes, faults, servers, lease }: ChaosOptions): string =>
  `--seed ${seed} --minutes ${minutes} --faults ${faults} --servers ${servers} --lease ${lease}`;
