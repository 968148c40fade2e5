import { z } from 'zod';
import { operationLabel, partLabel, removeContainer } from '../instances/index.ts';
import { StepError } from '../operations/kind.ts';
import { liveOperation } from '../operations/live.ts';
import type { RemoteHost } from '../remote/index.ts';
import { withRepository } from './holds.ts';
import { operationOf, parts } from './names.ts';
import type { Repository } from './repository.ts';
import { resticProblem } from './restic-problem.ts';
import { type ResticContext, type ResticRun, resticOnce } from './restic-run.ts';

const lockShape = z.object({ time: z.string(), hostname: z.string().default('') });
/** Restic renews its locks every five minutes. */
const renewedMs = 10 * 60_000;

/**
 * Takes away the locks of operations that have ended, by our own records: restic knows only those of dead processes on the
 * same host, and of half an hour ago. Nothing of ours uses the repository meanwhile.
 */
export function removeDeadLocks(context: ResticContext, host: RemoteHost, repository: Repository): Promise<void> {
  const run = async (what: string, args: readonly string[]): Promise<string[]> => {
    const wanted: ResticRun = { what, args };
    const { output, outOfMemory } = await resticOnce(context, host, repository, wanted);
    if (output.code !== 0) throw resticProblem(output, outOfMemory);
    return output.text;
  };
  return withRepository(context, repository, true, async () => {
    const ids = (await run('list-locks', ['list', 'locks', '--no-lock'])).filter((line) => /^[0-9a-f]{64}$/.test(line));
    if (ids.length === 0) return;
    for (const id of ids) {
      const text = (await run('read-lock', ['cat', 'lock', id, '--no-lock'])).join('\n');
      const lock = lockShape.parse(JSON.parse(text));
      if (!(await isDead(context, host, lock))) {
        // Restic's own rule: what nobody has renewed for half an hour.
        await run('unlock', ['unlock']);
        if ((await run('list-locks', ['list', 'locks', '--no-lock'])).length === 0) return;
        throw new StepError(
          'repository_locked',
          `The repository is locked by ${lock.hostname} since ${lock.time}`,
          'Wait until the other program has ended. A lock that nobody refreshes counts for nothing after 30 minutes.',
        );
      }
    }
    await run('unlock', ['unlock', '--remove-all']);
    context.log('info', `Removed ${ids.length} lock${ids.length === 1 ? '' : 's'} that an interrupted run had left`);
  });
}

/** Whether the lock is one of ours whose run is over; what still runs of an ended operation on this server is ended. */
async function isDead(
  { app, operation }: ResticContext,
  host: RemoteHost,
  { hostname, time }: z.infer<typeof lockShape>,
): Promise<boolean> {
  const id = operationOf(hostname);
  if (id === undefined) return false;
  if (id === operation.id) return true;
  const holder = await app.db.prisma.operation.findUnique({ where: { id }, select: { serverId: true, status: true } });
  if (holder && liveOperation.status.in.some((status) => status === holder.status)) return false;
  const left = await host.docker.listContainers([`${operationLabel}=${id}`, `${partLabel}=${parts.restic}`]);
  for (const container of left) await removeContainer(host, container.Id);
  return holder?.serverId === operation.serverId || Date.now() - Date.parse(time) > renewedMs;
}
