import { z } from 'zod';
import type { Backup, Instance } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { filePath, filestoreOf, getBackup } from '../backups/index.ts';
import { AppError, found, invalidState, notFound, validationError } from '../errors.ts';
import {
  createInstanceInput,
  createInstanceWith,
  getInstance,
  instanceResource,
  requireNoLiveBackup,
} from '../instances/index.ts';
import { parse } from '../parse.ts';
import { getEnvironment } from '../projects/index.ts';
import { getServer } from '../servers/index.ts';
import { type Manifest, manifestShape } from '../snapshots/index.ts';
import { requireConfirmed } from './confirm.ts';
import { provisionFromBackupKind, restoreFilesKind, restoreKind } from './kinds.ts';

const from = ['running', 'stopped', 'failed'] as const;
const resting = z.enum(from);

const { name, slug, serverId, environmentId, adminEmail, deletionProtected } = createInstanceInput.shape;

export const restoreInput = z.object({
  target: z.enum(['original', 'existing', 'new']).nullish(),
  instanceId: z.string().nullish(),
  name: name.nullish(),
  slug,
  serverId: serverId.nullish(),
  environmentId: environmentId.nullish(),
  adminEmail: adminEmail.nullish(),
  deletionProtected,
  database: z.boolean().nullish(),
  filestore: z.boolean().nullish(),
  files: z.array(filePath).min(1).max(100).nullish(),
  safetyBackup: z.boolean().nullish(),
  confirmName: z.string().max(200).nullish(),
});
type Wanted = z.infer<typeof restoreInput>;

const required = (field: string, message: string): AppError =>
  validationError([{ field, constraint: 'required', message: `${field}: ${message}` }]);

/** Which parts are restored: both, unless one is refused. A backup without files has no filestore to restore. */
function partsOf(backup: Backup, { database, filestore }: Wanted): { database: boolean; filestore: boolean } {
  const parts = { database: database ?? true, filestore: filestore ?? backup.includeFilestore };
  if (parts.filestore && !backup.includeFilestore)
    throw new AppError('unprocessable', 'The backup was taken without the filestore: restore only its database', {
      field: 'filestore',
      constraint: 'not_included',
    });
  if (!parts.database && !parts.filestore)
    throw validationError([
      { field: 'database', constraint: 'required', message: 'Restore the database, the filestore, or both' },
    ]);
  return parts;
}

/** What the backup says of itself. One of a version of oCore that wrote other manifests is not restored by this one. */
function manifestOf({ id, manifest }: Backup): Manifest {
  const known = manifestShape.safeParse(manifest);
  if (known.success) return known.data;
  throw new AppError(
    'unprocessable',
    'The backup has no manifest that this version of oCore reads; restore it with restic and the exported key',
    { resource: 'backup', id, constraint: 'manifest' },
  );
}

/** Restores a completed backup: into its own instance, into another one, or into a new one. */
export async function restoreBackup(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(restoreInput, given);
  const backup = await getBackup(scope, id);
  requireIn(scope, 'manage:backups', backup.projectId);
  // Whatever is named must be there, also what this target does not use.
  if (input.environmentId) await getEnvironment(scope, input.environmentId);
  if (input.instanceId) await getInstance(scope, input.instanceId);
  if (input.serverId) await getServer(scope, input.serverId);
  if (backup.status !== 'completed') throw invalidState('backup', backup.status, ['completed']);
  const target = input.target ?? 'original';
  const { files } = input;
  if (files) requireAlone(input);
  const parts = files ? { database: false, filestore: false } : partsOf(backup, input);
  if (target === 'new') return restoreIntoNew(app, scope, backup, parts, input);
  if (target === 'existing' && !input.instanceId) throw required('instanceId', 'name the instance to restore into');
  const instanceId = target === 'existing' ? (input.instanceId ?? '') : backup.instanceId;
  const instance = await getInstance(scope, instanceId);
  return files
    ? restoreFiles(app, scope, backup, instance, files, input)
    : restoreInto(app, scope, backup, instance, parts, input);
}

async function restoreInto(
  app: App,
  scope: OrgScope,
  backup: Backup,
  before: Instance,
  parts: { database: boolean; filestore: boolean },
  { confirmName, safetyBackup }: Wanted,
) {
  const { id, serverId, projectId } = before;
  requireIn(scope, 'manage:databases', projectId);
  const { odooVersion } = manifestOf(backup);
  if (before.odooVersion !== odooVersion)
    throw new AppError(
      'unprocessable',
      `The backup is of Odoo ${odooVersion} and the instance has Odoo ${before.odooVersion}; restore it into a new instance`,
      { field: 'instanceId', constraint: 'odoo_version' },
    );
  await requireConfirmed(scope, before, confirmName);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const status = resting.safeParse(before.status);
    const operation = await start(restoreKind, {
      resourceId: id,
      serverId,
      projectId,
      input: {
        ...(status.success ? { from: status.data } : {}),
        reason: before.statusMessage,
        ...parts,
        backupId: backup.id,
        safetyBackup: safetyBackup ?? true,
      },
    });
    const changed = await tx.instance.updateMany({
      where: { id, orgId: scope.orgId, status: { in: [...from] }, provisionedAt: { not: null } },
      data: { status: 'restarting', statusMessage: null, lostAt: null },
    });
    if (changed.count === 0) throw invalidState('instance', before.status, from);
    await requireStillThere(tx, backup);
    await requireNoLiveBackup(tx, scope.orgId, id);
    await record({
      action: 'restore.requested',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      projectId,
      after: { source: 'backup', sourceId: backup.id, ...parts },
    });
    return { instance: found(await tx.instance.findUnique({ where: { id } }), 'instance', id), operation };
  });
}

/** Single files are put into an instance that runs, and nothing else with them. */
function requireAlone({ target, database, filestore, safetyBackup }: Wanted): void {
  const field = target === 'new' ? 'target' : database ? 'database' : filestore ? 'filestore' : 'safetyBackup';
  if (target !== 'new' && !database && !filestore && !safetyBackup) return;
  throw validationError([
    {
      field,
      constraint: 'exclusive',
      message: `${field}: leave it out to restore files, which are put into an instance that runs and replace nothing else`,
    },
  ]);
}

async function restoreFiles(
  app: App,
  scope: OrgScope,
  backup: Backup,
  before: Instance,
  files: readonly string[],
  { confirmName }: Wanted,
) {
  const { id, serverId, projectId } = before;
  requireIn(scope, 'manage:databases', projectId);
  filestoreOf(backup);
  await requireConfirmed(scope, before, confirmName);
  const paths = [...new Set(files)];
  return mutate(app, scope, async ({ tx, record, start }) => {
    const input = { backupId: backup.id, paths };
    const operation = await start(restoreFilesKind, { resourceId: id, serverId, projectId, input });
    const where = { id, orgId: scope.orgId, status: 'running' as const };
    const same = await tx.instance.updateMany({ where, data: { status: 'running' } });
    if (same.count === 0) throw invalidState('instance', before.status, ['running']);
    await requireStillThere(tx, backup);
    await requireNoLiveBackup(tx, scope.orgId, id);
    await record({
      action: 'restore.files_requested',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      projectId,
      after: { backupId: backup.id, files: paths.length },
    });
    return { instance: found(await tx.instance.findUnique({ where: { id } }), 'instance', id), operation };
  });
}

/** Locks the backup: its deletion has begun before, and is seen, or sees the operation that restores it. */
async function requireStillThere(tx: Parameters<typeof requireNoLiveBackup>[0], { id, orgId }: Backup): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM backups WHERE id = ${id}::uuid FOR UPDATE`;
  const backup = await tx.backup.findFirst({ where: { id, orgId } });
  if (!backup) throw notFound('backup', id);
  const deletion = await tx.operation.findFirst({
    where: { resourceId: id, orgId, kind: 'backup.delete', status: { in: ['queued', 'running'] } },
    select: { id: true, kind: true },
  });
  if (deletion)
    throw new AppError('operation_in_progress', `The backup is being deleted by ${deletion.id}`, {
      resource: 'backup',
      id,
      operationId: deletion.id,
      kind: deletion.kind,
    });
}

async function restoreIntoNew(
  app: App,
  scope: OrgScope,
  backup: Backup,
  parts: { database: boolean; filestore: boolean },
  input: Wanted,
) {
  if (!parts.database)
    throw validationError([
      { field: 'database', constraint: 'required', message: 'A new instance needs the database of the backup' },
    ]);
  if (!input.name) throw required('name', 'a new instance needs a name');
  const source = await scope.db.instance.findFirst({ where: { id: backup.instanceId, orgId: scope.orgId } });
  const environment = await getEnvironment(scope, input.environmentId ?? backup.environmentId);
  for (const permission of ['manage:databases', 'manage:instances'] as const)
    requireIn(scope, permission, environment.projectId);
  const server = input.serverId ?? source?.serverId;
  if (!server) throw required('serverId', 'the instance of the backup is gone: name the server');
  const email = input.adminEmail ?? source?.adminEmail;
  if (!email) throw required('adminEmail', 'the instance of the backup is gone: name the e-mail of its administrator');
  const manifest = manifestOf(backup);
  return createInstanceWith(
    app,
    scope,
    {
      name: input.name,
      slug: input.slug,
      serverId: server,
      environmentId: environment.id,
      adminEmail: email,
      odooVersion: manifest.odooVersion,
      image: manifest.image,
      deletionProtected: input.deletionProtected,
      ...(source
        ? {
            edition: source.edition,
            workers: source.workers,
            limitMemorySoft: Number(source.limitMemorySoft),
            limitMemoryHard: Number(source.limitMemoryHard),
            limitTimeCpu: source.limitTimeCpu,
            limitTimeReal: source.limitTimeReal,
            maxCronThreads: source.maxCronThreads,
            logLevel: source.logLevel,
            language: source.language,
            country: source.country,
          }
        : {}),
    },
    provisionFromBackupKind,
    (request) => ({ ...request, ...parts, backupId: backup.id }),
    Number.parseInt(manifest.postgresVersion, 10),
  );
}
