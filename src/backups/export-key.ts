import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { requireRecent } from '../identity/index.ts';
import { openRepository, type Repository, snapshotPaths } from '../snapshots/index.ts';
import { getBackup } from './list.ts';
import { backupResource } from './resource.ts';

export interface RepositoryKey {
  repository: string;
  password: string;
  snapshotId: string | null;
  /** For a shell, one a line. */
  commands: readonly string[];
}

/** All that opens the repository of a backup with restic alone. The credentials of the destination are the user's own. */
export async function exportRepositoryKey(
  app: App,
  scope: OrgScope,
  id: string,
  { password }: { password?: string | null | undefined },
): Promise<RepositoryKey> {
  const backup = await getBackup(scope, id);
  await requireRecent(app, scope.access, scope, { password });
  const repository = await openRepository(app, backup.repositoryId);
  const key = keyOf(repository, backup.snapshotId);
  await mutate(app, scope, ({ record }) =>
    record({
      action: 'backup.key_exported',
      resource: backupResource,
      resourceId: id,
      resourceName: backup.instanceName,
      projectId: backup.projectId,
    }),
  );
  return key;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function keyOf(repository: Repository, snapshotId: string | null): RepositoryKey {
  const { url, password, mounts } = repository;
  const [mount] = mounts;
  // In restic's container a directory of the server has another path.
  const address = mount?.Type === 'bind' ? url.replace(mount.Target, () => mount.Source ?? '') : url;
  const access = url.startsWith('s3:')
    ? ["export AWS_ACCESS_KEY_ID='<access key id>'", "export AWS_SECRET_ACCESS_KEY='<secret access key>'"]
    : [];
  const snapshot = snapshotId ?? 'latest';
  return {
    repository: address,
    password,
    snapshotId,
    commands: [
      `export RESTIC_REPOSITORY=${quoted(address)}`,
      `export RESTIC_PASSWORD=${quoted(password)}`,
      ...access,
      'restic snapshots',
      `restic restore ${snapshot}:${snapshotPaths.root} --target ./restored`,
      'pg_restore --no-owner --no-acl --exit-on-error --dbname <database> ./restored/database',
    ],
  };
}
