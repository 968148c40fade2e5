import type { RemoteHost } from '../remote/index.ts';
import { withRepository } from './holds.ts';
import { removeDeadLocks } from './locks.ts';
import { oneOffName } from './names.ts';
import { endOneOff } from './one-off.ts';
import { joined } from './joined.ts';
import { type Repository, requireReach } from './repository.ts';
import type { ResticOutput } from './restic-output.ts';
import { exit, resticProblem } from './restic-problem.ts';
import { type ResticContext, type ResticRun, resticOnce } from './restic-run.ts';

/**
 * Runs restic on a server, in a container of its own, and gives what it said. A run that is cut short by a cancel stays for
 * the operation's clean-up (`endRestic`). `exclusive`: for what deletes; `accepts`: exit codes beside 0 that are no error.
 */
export async function runRestic(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  run: ResticRun & { exclusive?: true; accepts?: readonly number[] },
): Promise<ResticOutput> {
  if (context.operation.serverId !== null) requireReach(repository, context.operation.serverId);
  for (let again = false; ; again = true) {
    const { output, outOfMemory } = await withRepository(context, repository, run.exclusive ?? false, () =>
      resticOnce(context, host, repository, run),
    );
    if (output.code === 0 || run.accepts?.includes(output.code)) return output;
    if (output.code !== exit.locked || again) throw resticProblem(output, outOfMemory);
    await endRestic(context, host, repository, run.what);
    await removeDeadLocks(context, host, repository);
  }
}

/** Ends a run that was cut short, in good order: restic takes its lock along. */
export async function endRestic(
  context: Pick<ResticContext, 'operation'>,
  host: RemoteHost,
  { instanceId }: Pick<Repository, 'instanceId'>,
  what: string,
): Promise<void> {
  await endOneOff(host, oneOffName(instanceId, context.operation.id, what));
}

/** Makes the repository at its place unless it is there. `like`: it cuts files as that one does, so that copies are found again. */
export async function makeRepository(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  { like, suffix = '' }: { like?: Repository | undefined; suffix?: string } = {},
): Promise<void> {
  const lookAs = { what: `look${suffix}`, args: ['cat', 'config', '--no-lock'] };
  const look = await resticOnce(context, host, repository, lookAs);
  if (look.output.code === 0) return;
  // A worker that was lost may have made it without recording so; anything but its absence is no reason to make one.
  if (look.output.code !== exit.noRepository) throw resticProblem(look.output, look.outOfMemory);
  const args = ['init', '--json', ...(like ? ['--copy-chunker-params'] : [])];
  const place = like ? joined(like, repository) : repository;
  const made = await resticOnce(context, host, place, { what: `init${suffix}`, args });
  if (made.output.code !== 0) throw resticProblem(made.output, made.outOfMemory);
}

/** Makes the repository at its place, once. From then on it is never made anew: what is missing is told. */
export async function initializeRepository(
  context: ResticContext,
  host: RemoteHost,
  repository: Repository,
  like?: Repository,
): Promise<Repository> {
  if (repository.initialized) return repository;
  await withRepository(context, repository, true, () => makeRepository(context, host, repository, { like }));
  await context.write((tx) =>
    tx.backupRepository.update({ where: { id: repository.id }, data: { initializedAt: new Date() } }),
  );
  return { ...repository, initialized: true };
}
