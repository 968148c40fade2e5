import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { bytesOf } from './cache.ts';
import { cleaned, problemOf } from './problem.ts';
import { type ProgramEnd, startProgram } from './program.ts';
import type { GitRemote } from './remote.ts';
import { inSession, secretsOf } from './session.ts';

/** What work on a repository may take, with all its submodules. */
export interface Budget {
  readonly signal: AbortSignal;
  readonly deadline: number;
  readonly mostBytes: number;
  bytesLeft: number;
  readonly onProgress: ((line: string) => void) | undefined;
}

export interface Place {
  readonly addresses: readonly string[];
  readonly repository: string;
}

/** How often what arrives is measured, in ms. */
const pace = 200;
/** Another process works in the same repository for a moment. */
const busy = /\.lock': File exists|shallow file has changed/;

export const tooLarge = (bytes: number): AppError =>
  new AppError('git_too_large', `The repository is larger than ${Math.floor(bytes / 1024 ** 2)} MiB`);

/** Ends the program when more has arrived in the directory than it may have. Gives what there was at the end. */
async function measured(incoming: string, budget: Budget, running: ReturnType<typeof startProgram>): Promise<number> {
  for (;;) {
    const isOver = await Promise.race([
      running.ended.then(
        () => true,
        () => true,
      ),
      sleep(pace, false),
    ]);
    const bytes = await bytesOf(incoming);
    if (bytes > budget.bytesLeft) running.end(tooLarge(budget.mostBytes));
    if (isOver) return bytes;
  }
}

async function attempt(
  remote: GitRemote,
  place: Place,
  args: readonly string[],
  incoming: string,
  budget: Budget,
): Promise<Pick<ProgramEnd, 'code' | 'stderr'>> {
  const secrets = secretsOf(remote);
  const { onProgress } = budget;
  return inSession(remote, place, async (environmentOf) => {
    const running = startProgram({
      program: 'git',
      args: [
        ...['fetch', '--no-write-fetch-head', '--no-tags', '--no-recurse-submodules', '--no-auto-maintenance'],
        ...['--progress', '--force', ...args],
      ],
      // It writes beside what is here: only what has arrived whole comes in.
      env: environmentOf({
        GIT_OBJECT_DIRECTORY: incoming,
        GIT_ALTERNATE_OBJECT_DIRECTORIES: join(place.repository, 'objects'),
      }),
      signal: budget.signal,
      deadline: budget.deadline,
      onLine: onProgress && ((line) => onProgress(cleaned(line, secrets).slice(0, 200))),
    });
    running.child.stdin.end();
    running.child.stdout.resume();
    const bytes = await measured(incoming, budget, running);
    const end = await running.ended;
    if (bytes > budget.bytesLeft) throw tooLarge(budget.mostBytes);
    budget.bytesLeft -= bytes;
    return end;
  });
}

/** Brings whole packs in; their index comes last, as Git finds them by it. */
async function takeIn(incoming: string, repository: string): Promise<void> {
  const names = await readdir(join(incoming, 'pack'));
  const packs = names.filter((name) => /^pack-[0-9a-f]+\.\w+$/.test(name));
  await mkdir(join(repository, 'objects', 'pack'), { recursive: true });
  for (const name of packs.sort((one, other) => Number(one.endsWith('.idx')) - Number(other.endsWith('.idx'))))
    await rename(join(incoming, 'pack', name), join(repository, 'objects', 'pack', name));
}

/** Runs `git fetch` with these arguments into the repository; what fails leaves nothing there. */
export async function fetchInto(
  remote: GitRemote,
  place: Place,
  args: readonly string[],
  budget: Budget,
): Promise<void> {
  for (;;) {
    const incoming = join(place.repository, `incoming-${newId()}`);
    await mkdir(join(incoming, 'pack'), { recursive: true, mode: 0o700 });
    try {
      const end = await attempt(remote, place, args, incoming, budget);
      if (end.code === 0) return await takeIn(incoming, place.repository);
      if (!busy.test(end.stderr)) throw problemOf(end, { host: remote.url.host, secrets: secretsOf(remote) });
    } finally {
      await rm(incoming, { recursive: true, force: true });
    }
    await sleep(500, undefined, { signal: budget.signal });
  }
}
