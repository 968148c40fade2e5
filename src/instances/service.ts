import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { type OrgScope, reachable, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { uniqueViolation } from '../database/database.ts';
import { displayName } from '../display-name.ts';
import { AppError, invalidState } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import type { OperationKind } from '../operations/definition.ts';
import { parse } from '../parse.ts';
import { getEnvironment, odooVersion } from '../projects/index.ts';
import { serverForProject } from '../servers/index.ts';
import { slugify, slugSchema } from '../slug.ts';
import { settingsOf } from './context.ts';
import {
  configureInstanceKind,
  deleteInstanceKind,
  provisionInstanceKind,
  type Resting,
  restartInstanceKind,
  type Settings,
  startInstanceKind,
  stopInstanceKind,
} from './kinds.ts';
import { envVars } from './env-vars.ts';
import { imageReference } from './image.ts';
import { openAdminPassword, sealEnvVars, sealNewAdminPassword, sealNewSecrets } from './sealed.ts';
import { instanceResource } from './resource.ts';

const mib = 1024 ** 2;
const memory = z
  .number()
  .int()
  .min(128 * mib)
  .max(1024 * 1024 * mib);
const seconds = z.number().int().min(10).max(86400);
const settingsFields = {
  workers: z.number().int().min(0).max(64).nullish(),
  limitMemorySoft: memory.nullish(),
  limitMemoryHard: memory.nullish(),
  limitTimeCpu: seconds.nullish(),
  limitTimeReal: seconds.nullish(),
  maxCronThreads: z.number().int().min(0).max(16).nullish(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'critical']).nullish(),
  envVars: envVars.nullish(),
};
export const createInput = z
  .object({
    name: displayName(64, 3, 'Instance name must be between 3 and 64 characters'),
    slug: slugSchema.nullish(),
    serverId: z.string(),
    environmentId: z.string(),
    odooVersion: odooVersion.nullish(),
    edition: z.enum(['community', 'enterprise']).nullish(),
    image: imageReference.nullish(),
    language: z
      .string()
      .regex(/^[a-z]{2,3}(_[A-Z]{2}|_[A-Z][a-z]{3}|@[a-z]+)*$/, 'must be a language code such as en_US')
      .nullish(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be a two-letter country code such as BE')
      .nullish(),
    demo: z.boolean().nullish(),
    modules: z
      .array(z.string().regex(/^[a-z0-9_]{1,100}$/, 'must be the technical name of a module, such as sale_management'))
      .max(200)
      .nullish(),
    adminEmail: z.email().max(254),
    deletionProtected: z.boolean().nullish(),
    ...settingsFields,
  })
  .superRefine((value, context) => {
    if (value.edition === 'enterprise' && !value.image)
      context.addIssue({
        code: 'custom',
        path: ['image'],
        message: 'is required with the enterprise edition, which has no public image',
        params: { constraint: 'required' },
      });
    checkMemory(value, context);
  });
export const configureInput = z.object(settingsFields).superRefine(checkMemory);

function checkMemory(
  value: { limitMemorySoft?: number | null | undefined; limitMemoryHard?: number | null | undefined },
  context: z.RefinementCtx,
): void {
  if (value.limitMemorySoft && value.limitMemoryHard && value.limitMemorySoft > value.limitMemoryHard) {
    context.addIssue({
      code: 'custom',
      path: ['limitMemorySoft'],
      message: 'must not exceed limitMemoryHard',
      params: { constraint: 'max' },
    });
  }
}

export async function getInstance(scope: OrgScope, id: string): Promise<Instance> {
  const instance = isId(id)
    ? await scope.db.instance.findFirst({ where: { id, orgId: scope.orgId, status: { not: 'removed' } } })
    : null;
  return reachable(scope, 'instance', id, instance, (row) => row.projectId);
}

/** Creates an instance and starts provisioning it. Its server must be active; its slug is unique in the organization. */
export async function createInstance(app: App, scope: OrgScope, given: unknown) {
  const input = parse(createInput, given);
  const environment = await getEnvironment(scope, input.environmentId);
  const server = await serverForProject(scope, input.serverId, environment.projectId);
  if (server.status !== 'active') throw invalidState('server', server.status, ['active']);
  const version = input.odooVersion ?? '19.0';
  const usualImage = `${app.config.ODOO_IMAGE}:${version}`;
  const image = input.image ?? usualImage;
  const ownCode = image !== usualImage || Object.keys(input.envVars ?? {}).length > 0;
  if (ownCode) requireIn(scope, 'manage:instance_code', environment.projectId);
  const slug = input.slug ?? slugify(input.name, 'odoo');
  const id = newId();
  try {
    return await mutate(app, scope, async ({ tx, record, start }) => {
      const instance = await tx.instance.create({
        data: {
          id,
          orgId: scope.orgId,
          serverId: server.id,
          environmentId: environment.id,
          projectId: environment.projectId,
          name: input.name,
          slug,
          odooVersion: version,
          edition: input.edition ?? 'community',
          image,
          postgresImage: app.config.POSTGRES_IMAGE,
          workers: input.workers ?? null,
          limitMemorySoft: BigInt(input.limitMemorySoft ?? 2048 * mib),
          limitMemoryHard: BigInt(input.limitMemoryHard ?? 2560 * mib),
          limitTimeCpu: input.limitTimeCpu ?? 600,
          limitTimeReal: input.limitTimeReal ?? 1200,
          maxCronThreads: input.maxCronThreads ?? 1,
          logLevel: input.logLevel ?? 'info',
          language: input.language ?? 'en_US',
          country: input.country ?? null,
          demo: input.demo ?? false,
          modules: input.modules ?? [],
          adminEmail: input.adminEmail,
          envVars: sealEnvVars(app.secrets, id, input.envVars ?? {}),
          deletionProtected: input.deletionProtected ?? environment.type === 'production',
          secretsEnc: sealNewSecrets(app.secrets, id),
          adminPasswordEnc: sealNewAdminPassword(app.secrets, id),
        },
      });
      await record({
        action: 'instance.created',
        resource: instanceResource,
        resourceId: id,
        resourceName: instance.name,
        after: { name: instance.name, slug, serverId: server.id, environmentId: environment.id },
      });
      return {
        instance,
        operation: await start(provisionInstanceKind, {
          resourceId: id,
          serverId: server.id,
          projectId: environment.projectId,
          input: { ownCode },
        }),
      };
    });
  } catch (error) {
    if (uniqueViolation(error) === undefined || error instanceof AppError) throw error;
    throw new AppError('conflict', `An instance with the slug ${slug} already exists`, {
      field: 'slug',
      constraint: 'unique',
    });
  }
}

type State = Instance['status'];

async function transition(
  app: App,
  scope: OrgScope,
  id: string,
  options: { kind: OperationKind<Resting, string, State>; from: readonly State[]; action: string },
) {
  const before = await getInstance(scope, id);
  return mutate(app, scope, async ({ tx, record, start }) => {
    // The live operation first: while one runs, its state is in between and would only mislead.
    const operation = await start(options.kind, {
      resourceId: id,
      serverId: before.serverId,
      projectId: before.projectId,
      input: { from: before.status },
    });
    const changed = await tx.instance.updateMany({
      where: { id, orgId: scope.orgId, status: { in: [...options.from] } },
      data: { status: options.kind.entering, statusMessage: null },
    });
    if (changed.count === 0) throw invalidState('instance', before.status, options.from);
    await record({
      action: options.action,
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      before: { status: before.status },
      after: { status: options.kind.entering },
    });
    return { instance: await tx.instance.findUniqueOrThrow({ where: { id } }), operation };
  });
}

export const start = (app: App, scope: OrgScope, id: string) =>
  transition(app, scope, id, {
    kind: startInstanceKind,
    from: ['stopped', 'failed'],
    action: 'instance.start_requested',
  });
export const stop = (app: App, scope: OrgScope, id: string) =>
  transition(app, scope, id, {
    kind: stopInstanceKind,
    from: ['running', 'failed'],
    action: 'instance.stop_requested',
  });
export const restart = (app: App, scope: OrgScope, id: string) =>
  transition(app, scope, id, {
    kind: restartInstanceKind,
    from: ['running', 'failed'],
    action: 'instance.restart_requested',
  });

/** Deletes the instance with its data. A protected one needs its name typed. */
export async function deleteInstance(app: App, scope: OrgScope, id: string, confirmName: string | null | undefined) {
  const before = await getInstance(scope, id);
  // A wrong name is a mistake about which instance is meant, also where none is needed.
  if (typeof confirmName === 'string' && confirmName !== before.name) {
    throw new AppError('unprocessable', 'confirmName is not the name of this instance', {
      field: 'confirmName',
      constraint: 'confirmation',
    });
  }
  if (before.deletionProtected && confirmName !== before.name) {
    throw new AppError(
      'unprocessable',
      'This instance is protected: set confirmName to its exact name to delete it with all its data',
      { field: 'confirmName', constraint: 'confirmation' },
    );
  }
  return transition(app, scope, id, {
    kind: deleteInstanceKind,
    from: ['running', 'stopped', 'failed', 'removing'],
    action: 'instance.deletion_requested',
  });
}

/** Applies new settings by a re-created container; comes back to the old ones if Odoo is not healthy with them. */
export async function configureInstance(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(configureInput, given);
  const before = await getInstance(scope, id);
  const ownCode = input.envVars !== undefined && input.envVars !== null;
  if (ownCode) requireIn(scope, 'manage:instance_code', before.projectId);
  const known = settingsOf(before);
  const settings: Settings = {
    workers: input.workers === undefined ? known.workers : input.workers,
    limitMemorySoft: input.limitMemorySoft ?? known.limitMemorySoft,
    limitMemoryHard: input.limitMemoryHard ?? known.limitMemoryHard,
    limitTimeCpu: input.limitTimeCpu ?? known.limitTimeCpu,
    limitTimeReal: input.limitTimeReal ?? known.limitTimeReal,
    maxCronThreads: input.maxCronThreads ?? known.maxCronThreads,
    logLevel: input.logLevel ?? known.logLevel,
    envVars: input.envVars ? sealEnvVars(app.secrets, id, input.envVars) : known.envVars,
  };
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = await start(configureInstanceKind, {
      resourceId: id,
      serverId: before.serverId,
      projectId: before.projectId,
      input: { settings, ownCode },
    });
    const changed = await tx.instance.updateMany({
      where: { id, orgId: scope.orgId, status: 'running' },
      data: { status: 'restarting' },
    });
    if (changed.count === 0) throw invalidState('instance', before.status, ['running']);
    await record({
      action: 'instance.configure_requested',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
    });
    return { instance: await tx.instance.findUniqueOrThrow({ where: { id } }), operation };
  });
}

/** Shows Odoo's first admin password, once: it is erased in the same transaction. */
export async function revealAdminPassword(
  app: App,
  scope: OrgScope,
  id: string,
): Promise<{ login: string; password: string }> {
  const before = await getInstance(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    if (before.status !== 'running' && before.status !== 'stopped')
      throw invalidState('instance', before.status, ['running', 'stopped']);
    const taken = await tx.instance.updateMany({
      where: { id, orgId: scope.orgId, adminPasswordEnc: { not: null } },
      data: { adminPasswordEnc: null },
    });
    if (taken.count === 0 || before.adminPasswordEnc === null)
      throw new AppError('conflict', 'The admin password has already been shown; set a new one in Odoo', {
        resource: 'instance',
        id,
      });
    await record({
      action: 'instance.admin_password_revealed',
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
    });
    return { login: before.adminEmail, password: await openAdminPassword(app.secrets, id, before.adminPasswordEnc) };
  });
}
