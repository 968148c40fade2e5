import type { Instance } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, found, invalidState, notFound, validationError } from '../errors.ts';
import {
  createInstanceWith,
  getInstance,
  instanceResource,
  instancesOfEnvironments,
  postgresRelease,
} from '../instances/index.ts';
import { isId } from '../ids.ts';
import { parse } from '../parse.ts';
import { getEnvironment } from '../projects/index.ts';
import { serverForProject } from '../servers/index.ts';
import { type CloneInput, cloneInput, type Copy } from './fields.ts';
import { cloneInstanceKind, cloneOverInstanceKind } from './kinds.ts';
import { firstNeutralRelease } from './neutralise.ts';

const copied = ['running', 'stopped'] as const;
const replaced = ['running', 'stopped', 'failed'] as const;

/** Copies an environment's instance, of several the oldest. */
export async function cloneEnvironment(app: App, scope: OrgScope, environmentId: string, given: unknown) {
  const environment = await getEnvironment(scope, environmentId);
  const [instance] = await instancesOfEnvironments(scope.db, scope.orgId, [environment.id]);
  if (!instance)
    throw new AppError('unprocessable', 'The environment has no instance to clone', {
      resource: 'environment',
      id: environmentId,
    });
  return cloneInstance(app, scope, instance.instanceId, given);
}

/**
 * Copies an instance, neutralised, into a new one or over one that is there, in a staging or development environment. The
 * original goes on meanwhile.
 */
export async function cloneInstance(app: App, scope: OrgScope, sourceId: string, given: unknown) {
  const input = parse(cloneInput, given);
  const source = await getInstance(scope, sourceId);
  requireIn(scope, 'manage:backups', source.projectId);
  requireCopyable(source, input);
  const copy: Copy = {
    sourceInstanceId: source.id,
    backupId: input.backupId ? await backupOf(scope, source, input.backupId) : null,
    destinationId: null,
    includeFilestore: input.includeFilestore ?? true,
    mailCatcher: input.mailCatcher ?? true,
    anonymize: input.anonymize ?? null,
  };
  return input.targetInstanceId
    ? cloneOver(app, scope, source, input.targetInstanceId, input, copy)
    : cloneNew(app, scope, source, input, copy);
}

function requireCopyable(source: Instance, { backupId }: CloneInput): void {
  const states: readonly string[] = copied;
  if (!backupId && !states.includes(source.status)) throw invalidState('instance', source.status, copied);
  if (Number.parseInt(source.odooVersion, 10) >= firstNeutralRelease) return;
  throw new AppError(
    'unprocessable',
    `Odoo ${source.odooVersion} cannot neutralise a database, so that its copy would send e-mails and run scheduled actions; clones need Odoo ${firstNeutralRelease} or newer`,
    { field: 'odooVersion', constraint: 'min' },
  );
}

async function backupOf(scope: OrgScope, source: Instance, id: string): Promise<string> {
  const where = { id, orgId: scope.orgId, instanceId: source.id };
  const backup = isId(id) ? await scope.db.backup.findFirst({ where }) : null;
  if (!backup) throw notFound('backup', id);
  if (backup.status !== 'completed') throw invalidState('backup', backup.status, ['completed']);
  return backup.id;
}

async function requireNonProduction(scope: OrgScope, environmentId: string) {
  const environment = await getEnvironment(scope, environmentId);
  if (environment.type !== 'production') return environment;
  throw validationError([
    {
      field: 'environmentId',
      constraint: 'production',
      message:
        'environmentId: copies are made in staging and development environments only; production is restored from a backup',
    },
  ]);
}

/**
 * Where the snapshot goes on its way: on the same server it stays beside the original; to another server it goes by a
 * destination, the one that was named, that of the last backup, or the only one.
 */
async function destinationFor(
  scope: OrgScope,
  source: Instance,
  serverId: string,
  { backupId, destinationId }: CloneInput,
): Promise<string | null> {
  const { orgId } = scope;
  if (destinationId) {
    const known = isId(destinationId)
      ? await scope.db.backupDestination.findFirst({ where: { id: destinationId, orgId } })
      : null;
    if (!known) throw notFound('backup destination', destinationId);
    return known.id;
  }
  if (backupId || serverId === source.serverId) return null;
  const last = await scope.db.backup.findFirst({
    where: { orgId, instanceId: source.id, status: 'completed', copyOfId: null, destinationId: { not: null } },
    orderBy: { id: 'desc' },
  });
  if (last?.destinationId) return last.destinationId;
  const [only, ...others] = await scope.db.backupDestination.findMany({
    where: { orgId, destinationType: { not: 'local' } },
    take: 2,
  });
  if (only && others.length === 0) return only.id;
  throw validationError([
    {
      field: 'destinationId',
      constraint: 'required',
      message:
        'destinationId: a copy on another server goes by a backup destination that both servers reach, such as S3 or SFTP; name it, or create one',
    },
  ]);
}

async function cloneNew(app: App, scope: OrgScope, source: Instance, input: CloneInput, copy: Copy) {
  const environmentId = input.environmentId ?? '';
  const { projectId } = await requireNonProduction(scope, environmentId);
  const { id: serverId } = await serverForProject(scope, input.serverId ?? source.serverId, projectId);
  const destinationId = await destinationFor(scope, source, serverId, input);
  return createInstanceWith(
    app,
    scope,
    {
      name: input.name ?? `${source.name.slice(0, 57)} (copy)`,
      slug: input.slug,
      serverId,
      environmentId,
      odooVersion: source.odooVersion,
      edition: source.edition,
      image: source.image,
      language: source.language,
      country: source.country,
      adminEmail: source.adminEmail,
      maxCronThreads: source.maxCronThreads,
      logLevel: source.logLevel,
      deletionProtected: false,
    },
    cloneInstanceKind,
    (request) => ({ ...copy, destinationId, ...request }),
    postgresRelease(source.postgresImage),
  );
}

async function cloneOver(app: App, scope: OrgScope, source: Instance, targetId: string, input: CloneInput, copy: Copy) {
  const target = await getInstance(scope, targetId);
  requireIn(scope, 'manage:databases', target.projectId);
  // The copy runs the code of its original.
  if (source.deploymentId !== target.deploymentId) requireIn(scope, 'manage:instance_code', target.projectId);
  await requireNonProduction(scope, target.environmentId);
  if (target.id === source.id)
    throw validationError([
      { field: 'targetInstanceId', constraint: 'same', message: 'targetInstanceId: an instance is no copy of itself' },
    ]);
  if (target.odooVersion !== source.odooVersion)
    throw new AppError(
      'unprocessable',
      `The instance has Odoo ${target.odooVersion} and its original ${source.odooVersion}: a copy needs the same release`,
      { field: 'targetInstanceId', constraint: 'odoo_version' },
    );
  if (input.confirmName !== target.name)
    throw new AppError(
      'unprocessable',
      'All data of the target is replaced: set confirmName to the exact name of the instance that is replaced',
      { field: 'confirmName', constraint: 'confirmation' },
    );
  const destinationId = await destinationFor(scope, source, target.serverId, input);
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(cloneOverInstanceKind, {
      resourceId: target.id,
      serverId: target.serverId,
      projectId: target.projectId,
      input: { ...copy, destinationId, ownCode: false, from: target.status, reason: target.statusMessage },
    });
    const where = { id: target.id, orgId: scope.orgId, status: { in: [...replaced] }, provisionedAt: { not: null } };
    const data = { status: cloneOverInstanceKind.entering, statusMessage: null, lostAt: null };
    const changed = await tx.instance.updateMany({ where, data });
    if (changed.count === 0) throw invalidState('instance', target.status, replaced);
    await record({
      action: 'instance.clone_requested',
      resource: instanceResource,
      resourceId: target.id,
      resourceName: target.name,
      projectId: target.projectId,
      before: { status: target.status },
      after: { sourceInstanceId: source.id },
    });
    const instance = await tx.instance.findUnique({ where: { id: target.id } });
    return { instance: found(instance, 'instance', target.id), operation };
  });
}
