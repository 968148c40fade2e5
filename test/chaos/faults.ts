import type { Part } from './part.ts';
import type { Random } from './random.ts';
import type { Stage, StageServer } from './stage.ts';

export type FaultKind =
  | 'worker.kill'
  | 'worker.pause'
  | 'gateway.kill'
  | 'postgres.restart'
  | 'ssh.cut'
  | 'ssh.half_open'
  | 'ssh.sessions_paused'
  | 'sshd.down'
  | 'docker.restart'
  | 'docker.pause'
  | 'docker.kill';

/** One thing that breaks at a time, and how long it stays so. */
export interface Fault {
  kind: FaultKind;
  /** Which of the two workers, or of the servers; nothing for what there is one of. */
  target: number;
  /** When, after the round began; in ms. */
  at: number;
  lasts: number;
  /** ssh.half_open: whether what waited arrives in the end. */
  late: boolean;
}

const second = 1000;
/** How often each kind is picked, how long it lasts at least and at most; a pause in leases. */
const kinds: Readonly<
  Record<
    FaultKind,
    { weight: number; lasts: readonly [number, number]; place: 'worker' | 'gateway' | 'postgres' | 'ssh' | 'docker' }
  >
> = {
  'worker.kill': { weight: 4, lasts: [0, 3 * second], place: 'worker' },
  'worker.pause': { weight: 5, lasts: [0.5, 4], place: 'worker' },
  'gateway.kill': { weight: 1, lasts: [0, 2 * second], place: 'gateway' },
  'postgres.restart': { weight: 2, lasts: [0, 3 * second], place: 'postgres' },
  'ssh.cut': { weight: 3, lasts: [0, 0], place: 'ssh' },
  'ssh.half_open': { weight: 3, lasts: [second, 8 * second], place: 'ssh' },
  'ssh.sessions_paused': { weight: 2, lasts: [second, 8 * second], place: 'ssh' },
  'sshd.down': { weight: 2, lasts: [second, 5 * second], place: 'ssh' },
  'docker.restart': { weight: 2, lasts: [0, 4 * second], place: 'docker' },
  'docker.pause': { weight: 3, lasts: [second, 8 * second], place: 'docker' },
  'docker.kill': { weight: 1, lasts: [0, 2 * second], place: 'docker' },
};
export const faultKinds: readonly FaultKind[] = [
  'worker.kill',
  'worker.pause',
  'gateway.kill',
  'postgres.restart',
  'ssh.cut',
  'ssh.half_open',
  'ssh.sessions_paused',
  'sshd.down',
  'docker.restart',
  'docker.pause',
  'docker.kill',
];

/** The faults of a round. Different things break at the same time; one thing breaks again only after it was healed. */
export function scheduleFaults(
  random: Random,
  count: number,
  { servers, lease }: { servers: number; lease: number },
): Fault[] {
  const faults: Fault[] = [];
  const freeAt = new Map<string, number>();
  let at = 1000;
  for (let i = 0; i < count; i += 1) {
    at += random.between(300, 3500);
    const kind = random.weighted(faultKinds.map((name) => [name, kinds[name].weight] as const));
    const {
      place,
      lasts: [least, most],
    } = kinds[kind];
    const target =
      place === 'worker'
        ? random.between(0, 1)
        : place === 'ssh' || place === 'docker'
          ? random.between(0, servers - 1)
          : 0;
    const unit = kind === 'worker.pause' ? lease * second : 1;
    const lasts = random.between(least * unit, most * unit);
    const begin = Math.max(at, freeAt.get(`${place} ${target}`) ?? 0);
    freeAt.set(`${place} ${target}`, begin + lasts + 1500);
    faults.push({ kind, target, at: begin, lasts, late: random.next() < 0.5 });
  }
  return faults.sort((one, other) => one.at - other.at);
}

export const sayFault = (fault: Fault): string =>
  `${(fault.at / 1000).toFixed(1)} s ${fault.kind}${['worker', 'ssh', 'docker'].includes(kinds[fault.kind].place) ? ` ${fault.target + 1}` : ''} for ${(fault.lasts / 1000).toFixed(1)} s${fault.kind === 'ssh.half_open' ? (fault.late ? ', then late' : ', then lost') : ''}`;

/** What breaks: one fault at a time. */
export const placeOf = ({ kind, target }: Fault): string => `${kinds[kind].place} ${target}`;

/** Whether the fault is between the control plane and a server: such a one may end an operation as failed. */
export const isRemote = (fault: Fault): boolean => ['ssh', 'docker'].includes(kinds[fault.kind].place);

/** Breaks something; what it gives heals it again. */
export async function inject(stage: Stage, fault: Fault): Promise<() => Promise<void>> {
  const worker = (): Part => {
    const found = stage.workers[fault.target];
    if (!found) throw new Error(`There is no worker ${fault.target}`);
    return found;
  };
  const server = (): StageServer => {
    const found = stage.servers[fault.target];
    if (!found) throw new Error(`There is no server ${fault.target}`);
    return found;
  };
  switch (fault.kind) {
    case 'worker.kill': {
      const killed = worker();
      await killed.kill();
      return () => killed.start();
    }
    case 'worker.pause': {
      const paused = worker();
      paused.pause();
      return async () => paused.goOn();
    }
    case 'gateway.kill':
      await stage.gateway.kill();
      return () => stage.gateway.start();
    case 'postgres.restart':
      await stage.stopDatabase();
      return () => stage.startDatabase();
    case 'ssh.cut':
      await server().fleet.sshd.cut();
      return async () => {};
    case 'ssh.half_open': {
      const { line } = server();
      line.hold();
      return async () => line.release(fault.late ? 'late' : 'lost');
    }
    case 'ssh.sessions_paused':
      await server().fleet.sshd.signalSessions('SIGSTOP');
      return () => server().fleet.sshd.signalSessions('SIGCONT');
    case 'sshd.down':
      await server().fleet.sshd.down();
      return () => server().fleet.sshd.start();
    case 'docker.restart':
      await server().fleet.engine.stop();
      return () => server().fleet.engine.start();
    case 'docker.pause':
      await server().fleet.engine.signal('SIGSTOP');
      return () => server().fleet.engine.signal('SIGCONT');
    case 'docker.kill':
      await server().fleet.engine.signal('SIGKILL');
      return () => server().fleet.engine.start();
  }
}
