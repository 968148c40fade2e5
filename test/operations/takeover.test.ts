import { afterAll, afterEach, expect } from 'vitest';
import { kinds } from '../../src/features.ts';
import { loadSmallImages } from '../bench/small-images.ts';
import { type Scene, violations } from '../chaos/invariants.ts';
import { Markers } from '../chaos/markers.ts';
import { it } from '../fleet/fixtures.ts';
import type { FleetServer } from '../fleet/fleet.ts';
import { portRange } from '../fleet/slot.ts';
import { inBatches } from '../kit/call.ts';
import { isDeep } from '../kit/depth.ts';
import type { Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';
import { Program } from '../kit/program.ts';
import { StepGates } from '../kit/step-gates.ts';
import { type Begun, Fixtures } from './takeover-fixtures.ts';

/** Long enough that all operations are in their steps, and a second worker is there, before one of them is over. */
const leaseSeconds = 18;

it.override('env', {
  OCORE_ROLE: 'gateway',
  ODOO_IMAGE: 'small-odoo',
  POSTGRES_IMAGE: 'small-postgres:19.0',
  PGBOUNCER_IMAGE: 'small-postgres:19.0',
  POSTGRES_UPGRADE_IMAGES: 'small-postgres:20.0',
});

/** Of workers alone: they run it. */
const smallRestic = { RESTIC_IMAGE: 'small-restic:19.0' };

let server: FleetServer;
let ocore: Ocore;
let owner: Client;
let fixtures: Fixtures;
let gates: StepGates;

const startWorker = (): Promise<Program> =>
  Program.start({
    OCORE_ROLE: 'worker',
    ...smallRestic,
    DATABASE_URL: ocore.running.databaseUrl,
    DATA_DIR: ocore.dir,
    PORT_RANGE: portRange,
    OPERATION_LEASE: `${leaseSeconds}s`,
    // Those that are in their steps first wait there with their servers out of reach until the last one is.
    SSH_CONNECT_TIMEOUT: '5m',
    MONITOR_INTERVAL: '1h',
    WORKER_CONCURRENCY: '200',
    SERVER_CONCURRENCY: '50',
    DB_POOL_MAX_CONNS: '120',
    LOG_LEVEL: 'info',
  });

const scene = (): Scene => ({ sql: (text, values) => ocore.sql(text, values), engines: [server.engine] });

it.beforeAll(async ({ ocore: started, owner: person, server: first }) => {
  ocore = started;
  owner = person;
  server = first;
  await loadSmallImages(server.engine.docker, 2);
  fixtures = await Fixtures.for(ocore, owner, server);
  gates = await StepGates.install(ocore.running.databaseUrl);
});
afterEach(async () => {
  await gates?.open();
  await Program.endAll();
  await fixtures?.retire();
});
afterAll(async () => {
  await gates?.end();
  await fixtures?.stop();
});

const phases = ['far step', 'later step', 'first step', 'no server'] as const;

interface Ready {
  name: string;
  step: string;
  phase: (typeof phases)[number];
  begin(): Promise<Begun>;
}

interface Held extends Begun {
  name: string;
}

/** Each does something else on a server that could be done twice. */
const familiar: ReadonlySet<string> = new Set([
  ...['server.validate', 'backup.create'],
  ...[
    'provision',
    'configure',
    'delete',
    'restore',
    'clone',
    'import',
    'promote_replica',
    'upgrade_database',
    'deploy',
  ].map((kind) => `instance.${kind}`),
]);

/** A worker is killed in every step of a provisioning and a deployment, in the middle of every other kind, and in every step of all with `TEST_DEPTH=all`. */
const isMet = (kind: string, position: number, steps: number): boolean =>
  isDeep || kind === 'instance.provision' || kind === 'instance.deploy' || position === Math.floor((steps - 1) / 2);

/** Every kind: whatever is registered, so that none can be forgotten. */
const targets = [...kinds.values()].flatMap(({ definition: { kind, steps, onlyLooks } }) =>
  steps
    .map((step, position) => ({
      kind,
      step: step.name,
      position,
      steps: steps.length,
      way:
        position === 0 || onlyLooks
          ? ('first step' as const)
          : position < 3
            ? ('later step' as const)
            : ('far step' as const),
      name: `${kind} ${step.name}`,
    }))
    .filter(({ position }) => isMet(kind, position, steps.length)),
);

/**
 * As many at a time as have ports and connections to the database. One kind's steps stay together; `TEST_KINDS` names those
 * that are wanted, behind commas.
 */
const atOnce = 50;
const wanted = process.env['TEST_KINDS']?.split(',');
function groupsOf(some: typeof targets): (typeof targets)[] {
  const groups: (typeof targets)[] = [[]];
  for (const kind of kinds.keys()) {
    const ofKind = some.filter((one) => one.kind === kind);
    if (wanted && !wanted.includes(kind)) continue;
    const last = groups.at(-1) ?? [];
    if (last.length > 0 && last.length + ofKind.length > atOnce) groups.push(ofKind);
    else last.push(...ofKind);
  }
  return groups;
}

/** A worker that comes back is met in fewer steps: what stops it are the attempts' numbers, whatever the step and the kind. */
const comesBack = ({ kind, position, steps }: (typeof targets)[number]): boolean =>
  isDeep ? position % 2 === 1 : familiar.has(kind) && position === Math.floor((steps - 1) / 2);
const runs = [
  ...groupsOf(targets).map((group) => ({ signal: 'SIGKILL' as const, group })),
  ...groupsOf(targets.filter(comesBack)).map((group) => ({
    signal: 'SIGSTOP' as const,
    group,
  })),
].map((run) => ({ ...run, what: [...new Set(run.group.map(({ kind }) => kind))].join(', ') }));

it('knows how to begin every kind of operation', () => {
  expect(Object.keys(fixtures.kinds).sort()).toEqual([...kinds.keys()].sort());
});

/** Waits for what processes do. */
async function until(
  what: string,
  seconds: number,
  condition: () => Promise<boolean>,
  missing: () => Promise<string> = () => Promise.resolve(''),
): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await condition()); ) {
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s ${await missing()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

/** Brings operations into their steps and keeps them there: in front of their server, or before their success is recorded. */
async function hold(wanted: readonly Ready[]): Promise<Held[]> {
  const held: Held[] = [];
  await inBatches(wanted, async ({ name, step, begin }) => {
    const begun = await begin();
    await gates.close(begun.operationId, step);
    held.push({ ...begun, name });
  });
  return held;
}

/** Lets each begin its step as soon as it comes to it, with its server out of reach. */
async function intoSteps(held: readonly Held[]): Promise<void> {
  await until(
    'All operations are in their steps',
    300,
    async () => {
      for (const operationId of await gates.waiting()) {
        held.find((one) => one.operationId === operationId)?.place?.line.hold();
        await gates.letBegin(operationId);
      }
      expect(await gates.endedBefore()).toEqual([]);
      return (await gates.inStep()).length === held.length;
    },
    async () => {
      const inStep = await gates.inStep();
      const rows = await ocore.sql<{
        id: string;
        status: string;
        attempt: number;
        error_message: string | null;
        step: string | null;
        log: string | null;
      }>(`
      SELECT id, status, attempt, error_message, (SELECT name FROM operation_steps s WHERE s.operation_id = o.id AND s.status = 'running') AS step,
        (SELECT message FROM operation_logs l WHERE l.operation_id = o.id ORDER BY seq DESC LIMIT 1) AS log FROM operations o`);
      return held
        .filter(({ operationId }) => !inStep.includes(operationId))
        .map(({ name, operationId }) => `${name}: ${JSON.stringify(rows.find(({ id }) => id === operationId))}`)
        .join('; ');
    },
  );
}

it.for(runs)(
  'goes on with operations in every step when their worker gets $signal: $what',
  { timeout: 1_200_000 },
  async ({ signal, group }) => {
    const markers = new Markers(scene());
    const first = await startWorker();
    const ready: Ready[] = [];
    await inBatches(group, async ({ kind, step, way, name }) => {
      const fixture = fixtures.kinds[kind];
      if (!fixture) throw new Error(`${kind} has no fixture`);
      const phase = fixture.usesServer ? way : 'no server';
      ready.push({ name, step, phase, begin: await fixture.ready() });
    });
    await markers.put();
    // Those with a long way to their step first; a server that is away before anything was begun there ends an operation soon, and what
    // waits in the database waits inside a transaction, which must not become old.
    const all: Held[] = [];
    for (const phase of phases) {
      // Gates are closed before any worker can come to them.
      first.signal('SIGSTOP');
      const held = await hold(ready.filter((one) => one.phase === phase));
      first.signal('SIGCONT');
      await intoSteps([...all, ...held]);
      all.push(...held);
    }
    const second = await startWorker();
    const ids = all.map(({ operationId }) => operationId);
    expect(await ocore.sql('SELECT kind FROM operations WHERE attempt > 1 AND id = ANY($1::uuid[])', [ids])).toEqual(
      [],
    );

    first.signal(signal);
    await gates.open();
    // What the first worker had sent is on its way for as long as it is held.
    for (const { place } of all) place?.line.release('lost');
    await until(
      'All operations have ended',
      4 * leaseSeconds + 180,
      async () => (await ocore.sql("SELECT 1 FROM operations WHERE status IN ('queued', 'running')")).length === 0,
    );
    const ended = await ocore.sql<{ id: string; status: string; error_message: string | null }>(
      'SELECT id, status, error_message FROM operations WHERE id = ANY($1::uuid[])',
      [ids],
    );
    const outcomes = all.map(
      ({ name, operationId }) =>
        `${name}: ${ended
          .filter(({ id }) => id === operationId)
          .map(({ status, error_message }) => `${status} ${error_message ?? ''}`.trim())
          .join()}`,
    );
    expect(outcomes.sort()).toEqual(group.map(({ name }) => `${name}: succeeded`).sort());
    const late = await Promise.all(
      all.map(async ({ name, operationId }) => ({ name, late: await gates.takenAfter(operationId) })),
    );
    expect(late.filter((one) => one.late === undefined || one.late > 2 * leaseSeconds * 1000)).toEqual([]);

    // Now the first one and all that it had sent come back.
    for (const { place } of all) place?.line.deliver();
    first.signal('SIGCONT');
    const [more] = await ocore.sql<{ id: string }>("SELECT id FROM servers WHERE status = 'active' LIMIT 1");
    await owner.finished((await owner.post(`/servers/${more?.id}/validate`)).text('operationId'));
    await first.kill(signal === 'SIGKILL' ? 'SIGKILL' : 'SIGTERM');
    await fixtures.freePorts();
    await expect
      .poll(async () => [...(await violations(scene())), ...(await markers.violations())], {
        timeout: 20_000,
        interval: 500,
      })
      .toEqual([]);
    await second.kill('SIGTERM');
  },
);
