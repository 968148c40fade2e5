import { randomBytes } from 'node:crypto';
import type { BackupRepository } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { openDestination } from '../backup-destinations/index.ts';
import type { Tx } from '../database/database.ts';
import { found } from '../errors.ts';
import { newId } from '../ids.ts';
import { StepError } from '../operations/kind.ts';
import type { ContainerSpec } from '../remote/index.ts';
import { besideVolume } from './names.ts';

export const passwordOwner = (repositoryId: string): string => `backup_repository:${repositoryId}`;

/** A restic repository with all that opens it. Only workers have one. */
export interface Repository {
  readonly id: string;
  readonly orgId: string;
  readonly instanceId: string;
  /** Null: the volume beside the instance. */
  readonly destinationId: string | null;
  /** The destination of the repository that is read beside it. */
  readonly readsFrom?: string | null;
  readonly initialized: boolean;
  readonly url: string;
  readonly password: string;
  readonly files: readonly { path: string; content: string; mode: number }[];
  readonly options: readonly string[];
  readonly env: readonly string[];
  readonly mounts: NonNullable<ContainerSpec['HostConfig']['Mounts']>;
  /** The only server on which it can be used; null: every one that reaches it. */
  readonly serverId: string | null;
}

/** The row of the repository of an instance at a destination, made if there is none yet. */
export async function ensureRepository(
  app: Pick<App, 'secrets'>,
  tx: Tx,
  orgId: string,
  destinationId: string | null,
  instanceId: string,
): Promise<BackupRepository> {
  const place = { orgId, destinationId, instanceId };
  const where = { orgId, destinationId, instanceId };
  const known = await tx.backupRepository.findFirst({ where });
  if (known) return known;
  const id = newId();
  const passwordEnc = app.secrets.seal(randomBytes(32).toString('base64url'), passwordOwner(id));
  const data = [{ id, ...place, passwordEnc }];
  const [made] = await tx.backupRepository.createManyAndReturn({ data, skipDuplicates: true });
  return made ?? found(await tx.backupRepository.findFirst({ where }), 'backup_repository', instanceId);
}

export async function openRepository(app: App, repositoryId: string): Promise<Repository> {
  const row = await app.db.prisma.backupRepository.findUnique({
    where: { id: repositoryId },
    include: { destination: true },
  });
  const { id, orgId, instanceId, destination, ...repository } = found(row, 'backup_repository', repositoryId);
  const common = {
    id,
    orgId,
    instanceId,
    destinationId: repository.destinationId,
    initialized: repository.initializedAt !== null,
    password: await app.secrets.open(repository.passwordEnc, passwordOwner(id)),
  };
  if (!destination) {
    const instance = await app.db.prisma.instance.findFirst({ where: { id: instanceId, orgId } });
    return {
      ...common,
      url: `/repository/${instanceId}`,
      files: [],
      options: [],
      env: [],
      mounts: [{ Type: 'volume', Source: besideVolume(instanceId), Target: '/repository' }],
      serverId: found(instance, 'instance', instanceId).serverId,
    };
  }
  const { restic } = await openDestination(app, destination);
  const { files, options, env, mounts, serverId } = restic;
  return { ...common, url: `${restic.repositoryPrefix}/${instanceId}`, files, options, env, mounts, serverId };
}

/** A directory of a server is there only. */
export function requireReach(repository: Repository, serverId: string): void {
  if (repository.serverId === null || repository.serverId === serverId) return;
  throw new StepError(
    'destination_elsewhere',
    'The backups are in a directory of another server, which this server does not reach',
    'Use a destination that every server reaches, such as S3 or SFTP, or copy the backups there first.',
  );
}
