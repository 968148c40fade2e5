import { randomUUID } from 'node:crypto';
import type { App } from '../app.ts';
import { type RemoteHost, RemoteError, runOneOff, unless } from '../remote/index.ts';
import { connectServer } from '../servers/index.ts';
import type { LocalDestination } from './place.ts';
import { TestFailure, type TestProblem, type TestStep, testSteps } from './problems.ts';
import type { Report, TestReport } from './report.ts';
import { getResticImage } from './restic-image.ts';
import { localTarget, resticPlaceOf } from './restic-place.ts';

/** A constant: the name of the test file is its argument. */
const script = [
  'set -eu',
  `cd ${localTarget}`,
  'echo "step write"; echo ocore >"$1"; sync',
  'echo "step read"; [ "$(cat "$1")" = ocore ]',
  'echo "step list"; ls -a | grep -qxF "$1"',
  'echo "step delete"; rm "$1"',
  'echo "free $(df -Pk . | tail -n 1)"',
].join('\n');

/** What the tools of the container say. */
const texts: readonly [RegExp, TestProblem][] = [
  [/no space left|disk quota exceeded/i, 'no_space'],
  [/permission denied|read-only file system|operation not permitted/i, 'access_denied'],
];

const problemIn = (text: string): TestProblem => texts.find(([pattern]) => pattern.test(text))?.[1] ?? 'failed';

/** Tests a directory of a server in a container like those in which restic uses it, as root there. */
export async function tryDirectory(
  app: App,
  orgId: string,
  place: LocalDestination,
  report: Report,
  signal: AbortSignal,
): Promise<TestReport> {
  const host = await report.step('connect', async () => {
    try {
      const host = await connectServer(app, orgId, place.serverId, signal);
      await getResticImage(app, orgId, host, signal);
      return host;
    } catch (error) {
      throw remoteFailure(place, error);
    }
  });
  const name = `ocore-destination-test-${randomUUID()}`;
  const began = performance.now();
  const lines: string[] = [];
  const code = await run(app, orgId, host, place, name, lines, signal).catch((error: unknown) => {
    throw remoteFailure(place, error);
  });
  const steps = lines.map((line) => /^step (\w+)$/.exec(line)?.[1]).filter((step) => step !== undefined);
  const reached = testSteps.filter((step) => steps.includes(step));
  const last: TestStep = reached.at(-1) ?? 'connect';
  const done = code === 0 ? reached : reached.slice(0, -1);
  for (const step of done) report.pass(step, (performance.now() - began) / done.length);
  if (code === 0) return report.passed({ freeBytes: freeIn(lines) });
  const said = lines
    .filter((line) => !/^(?:step|free) /.test(line))
    .join(' ')
    .slice(0, 300);
  throw new TestFailure(problemIn(said), `${place.path}, step ${last}: ${said || `it ended with exit code ${code}`}`, {
    step: last,
  });
}

async function run(
  app: App,
  orgId: string,
  { docker }: RemoteHost,
  place: LocalDestination,
  name: string,
  lines: string[],
  signal: AbortSignal,
): Promise<number> {
  await docker.createContainer(name, {
    Image: app.config.RESTIC_IMAGE,
    Entrypoint: ['/bin/sh'],
    Cmd: ['-c', script, 'sh', `.${name}`],
    Labels: { 'sh.ocore.org': orgId, 'sh.ocore.part': 'destination-test' },
    HostConfig: {
      NetworkMode: 'none',
      Mounts: resticPlaceOf(place).mounts,
      Memory: 64 * 1024 * 1024,
      PidsLimit: 32,
      SecurityOpt: ['no-new-privileges'],
    },
  });
  try {
    return await runOneOff(docker, name, { signal, onLine: ({ line }) => void lines.push(line.trim()) });
  } finally {
    await unless(404, docker.removeContainer(name)).catch(() => {});
  }
}

/** The fourth column of `df -Pk`, in bytes. */
function freeIn(lines: readonly string[]): number | null {
  const free = lines.find((line) => line.startsWith('free '))?.split(/\s+/)[4];
  return free === undefined || !/^\d+$/.test(free) ? null : Number(free) * 1024;
}

function remoteFailure(place: LocalDestination, error: unknown): unknown {
  if (!(error instanceof RemoteError)) return error;
  if (/bind source path does not exist|no such file or directory/i.test(error.message))
    return new TestFailure(
      'path_not_found',
      `The directory ${place.path} does not exist on the server; create it there: mkdir -p ${place.path}`,
      { step: 'connect', cause: error },
    );
  const problem = error.code === 'remote_timeout' ? 'timed_out' : 'server_unavailable';
  return new TestFailure(problem, `${error.message}. ${error.hint}`.trim(), { step: 'connect', cause: error });
}
