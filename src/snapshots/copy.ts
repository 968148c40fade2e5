import { z } from 'zod';
import { labelsOf } from '../instances/index.ts';
import { StepError } from '../operations/kind.ts';
import { type RemoteHost, unless } from '../remote/index.ts';
import { withRepository } from './holds.ts';
import { joined, opensBoth } from './joined.ts';
import { jsonOf } from './json-of.ts';
import { backupTag, oneOffName, parts } from './names.ts';
import { endOneOff, runToEnd } from './one-off.ts';
import { endRestic, initializeRepository, makeRepository, runRestic } from './restic.ts';
import type { ResticContext } from './restic-run.ts';
import { type Repository, requireReach } from './repository.ts';
import { noSpace } from './space.ts';

export interface Copied {
  readonly snapshotId: string;
  /** The backup whose tag the snapshot has. */
  readonly backupId: string;
  /** At most so many bytes. */
  readonly bytes: number;
}

const stagingPath = '/staging';
const runs = ['copy', 'copy-staging', 'look', 'look-staging', 'init', 'init-staging', 'snapshots'] as const;
const spaceRun = 'space';
const listed = z.array(z.object({ id: z.string() }));

const scratchName = ({ instanceId }: Pick<Repository, 'instanceId'>, operationId: string): string =>
  oneOffName(instanceId, operationId, parts.scratch);

/** Copies a snapshot into another repository, without what is there already, and gives its id there. Safe to repeat. */
export async function copySnapshot(
  context: ResticContext,
  host: RemoteHost,
  source: Repository,
  to: Repository,
  copied: Copied,
): Promise<string> {
  if (context.operation.serverId !== null) requireReach(source, context.operation.serverId);
  await withRepository(context, source, false, async () => {
    const from = opensBoth(source, to) ? source : await stage(context, host, source, to, copied);
    await initializeRepository(context, host, to, from);
    // What was staged has the same tag, and another id.
    const which = from === source ? [copied.snapshotId] : ['--tag', backupTag(copied.backupId)];
    await runRestic(context, host, joined(from, to), { what: 'copy', args: ['copy', '--no-lock', ...which] });
  });
  await removeStaging(context, host, to);
  const { text } = await runRestic(context, host, to, {
    what: 'snapshots',
    args: ['snapshots', '--json', '--no-lock', '--tag', backupTag(copied.backupId)],
  });
  const found = listed.safeParse(jsonOf(text.join(''))).data?.at(-1);
  if (found) return found.id;
  throw new StepError('restic_failed', 'restic ended well, but the copy is not there', 'Copy the backup again.');
}

/** Two stores of a kind with different credentials: the snapshot goes by a repository in a volume of the server. */
async function stage(
  context: ResticContext,
  host: RemoteHost,
  source: Repository,
  to: Repository,
  { snapshotId, bytes }: Copied,
): Promise<Repository> {
  const { operation } = context;
  const volume = scratchName(to, operation.id);
  const Labels = labelsOf({ id: to.instanceId, orgId: to.orgId }, parts.scratch, operation.id);
  await host.docker.createVolume({ Name: volume, Labels });
  const mounts = [{ Type: 'volume' as const, Source: volume, Target: stagingPath }];
  const free = await freeBytes(context, host, to, mounts);
  if (bytes > free) throw noSpace(bytes, free, 'the copy');
  const staging: Repository = { ...to, url: stagingPath, files: [], options: [], env: [], mounts, serverId: null };
  await makeRepository(context, host, staging, { like: source, suffix: '-staging' });
  const args = ['copy', '--no-lock', snapshotId];
  await runRestic(context, host, joined(source, staging), { what: 'copy-staging', args });
  return staging;
}

async function freeBytes(
  context: ResticContext,
  host: RemoteHost,
  { instanceId, orgId }: Repository,
  mounts: Repository['mounts'],
): Promise<number> {
  const { app, operation } = context;
  const name = oneOffName(instanceId, operation.id, spaceRun);
  const lines: string[] = [];
  const oneOff = {
    name,
    part: parts.restic,
    instance: { id: instanceId, orgId },
    operationId: operation.id,
    image: app.config.RESTIC_IMAGE,
    entrypoint: ['df'],
    command: ['-Pk', stagingPath],
    env: [],
    network: 'none',
    mounts,
    files: [],
    capabilities: [],
  };
  await runToEnd(context, host, oneOff, () => {
    lines.length = 0;
    return ({ line }) => lines.push(line);
  });
  await endOneOff(host, name);
  return Number(/\s(\d+)\s+\d+%/.exec(lines.join('\n'))?.[1] ?? 0) * 1024;
}

async function removeStaging(
  { operation }: Pick<ResticContext, 'operation'>,
  host: RemoteHost,
  to: Pick<Repository, 'instanceId'>,
): Promise<void> {
  await unless(404, host.docker.removeVolume(scratchName(to, operation.id)));
}

/** Ends what runs of a copy, and removes what it has on the server; safe to repeat. */
export async function endCopy(
  context: Pick<ResticContext, 'operation'>,
  host: RemoteHost,
  to: Pick<Repository, 'instanceId'>,
): Promise<void> {
  for (const what of [...runs, spaceRun]) await endRestic(context, host, to, what);
  await removeStaging(context, host, to);
}
