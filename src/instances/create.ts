import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { Prisma } from '../database/database.ts';
import { wantedSlugs, withFreeSlug } from '../database/free-slug.ts';
import { displayName } from '../display-name.ts';
import { invalidState } from '../errors.ts';
import { newId } from '../ids.ts';
import type { OperationKind } from '../operations/definition.ts';
import { parse } from '../parse.ts';
import { getEnvironment, getProject } from '../projects/index.ts';
import { serverForProject } from '../servers/index.ts';
import { requireQuota } from '../settings/index.ts';
import { slugSchema, slugsFor } from '../slug.ts';
import { creationFields, imageField } from './creation.ts';
import { imageOfEnterprise, usualImage } from './image.ts';
import { provisionInstanceKind } from './kinds.ts';
import { checkLanguage } from './localisation.ts';
import { imageForData } from './postgres-release.ts';
import { sealEnvVars, sealNewAdminPassword, sealNewSecrets } from './sealed.ts';
import { instanceResource } from './resource.ts';
import { bytes, checkAgainstServer, checkMemory, mib, settingsFields } from './settings.ts';

/** The database of an instance is called after its slug: these are there already. */
const reserved: ReadonlySet<string> = new Set(['postgres', 'template0', 'template1']);

export const instanceName = displayName(64, 3, 'Instance name must be between 3 and 64 characters');

export const createInput = z
  .object({
    name: instanceName,
    slug: slugSchema
      .refine((slug) => !reserved.has(slug), {
        message: 'is the name of a database of PostgreSQL’s own; choose another one',
        params: { constraint: 'reserved' },
      })
      .nullish(),
    serverId: z.string(),
    environmentId: z.string(),
    ...creationFields,
    ...imageField,
    adminEmail: creationFields.adminEmail.unwrap().unwrap(),
    deletionProtected: z.boolean().nullish(),
    pullImage: z.boolean().nullish(),
    ...settingsFields,
  })
  .superRefine((value, context) => {
    if (value.edition === 'enterprise' && !value.image)
      context.addIssue({
        code: 'custom',
        path: ['image'],
        message: imageOfEnterprise,
        params: { constraint: 'required' },
      });
    checkMemory(value, context);
  });

/** What every way to provision a new instance is told. */
export type ProvisionRequest = { ownCode: boolean; pullImage?: boolean };

/** Creates an instance and starts provisioning it. Its server must be active; its slug is unique in the organization. */
export const createInstance = (app: App, scope: OrgScope, given: unknown) =>
  createInstanceWith(app, scope, given, provisionInstanceKind, (request) => request);

/** The same with another kind of operation, which fills the database in its own way. */
export async function createInstanceWith<Input>(
  app: App,
  scope: OrgScope,
  given: unknown,
  kind: OperationKind<Input, string, Instance['status']>,
  inputOf: (request: ProvisionRequest) => Input & Prisma.InputJsonValue,
  /** The release of PostgreSQL that has the data that it takes. */
  release = 0,
) {
  const input = parse(createInput, given);
  const environment = await getEnvironment(scope, input.environmentId);
  const server = await serverForProject(scope, input.serverId, environment.projectId);
  if (server.status !== 'active') throw invalidState('server', server.status, ['active']);
  checkAgainstServer(input, server);
  const version = input.odooVersion ?? (await getProject(scope, environment.projectId)).odooVersion;
  checkLanguage(input.language ?? 'en_US', version);
  const image = input.image ?? usualImage(app, version);
  const ownCode = image !== usualImage(app, version) || Object.keys(input.envVars ?? {}).length > 0;
  if (ownCode) requireIn(scope, 'manage:instance_code', environment.projectId);
  const id = newId();
  const slugs = wantedSlugs(input.slug, () => slugsFor(input.name, 'odoo', reserved));
  return withFreeSlug('An instance', slugs, (slug) =>
    mutate(app, scope, async ({ tx, record, start }) => {
      await requireQuota(app, tx, scope.orgId, 'instances');
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
          postgresImage: imageForData(app.config, release),
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
          cpuLimit: input.cpuLimit ?? null,
          memoryLimit: bytes(input.memoryLimit),
          processLimit: input.processLimit ?? null,
          databaseCpuLimit: input.databaseCpuLimit ?? null,
          databaseMemoryLimit: bytes(input.databaseMemoryLimit),
          databaseProcessLimit: input.databaseProcessLimit ?? null,
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
        projectId: environment.projectId,
        after: { name: instance.name, slug, serverId: server.id, environmentId: environment.id },
      });
      return {
        instance,
        operation: await start(kind, {
          resourceId: id,
          serverId: server.id,
          projectId: environment.projectId,
          input: inputOf({ ownCode, ...(input.pullImage ? { pullImage: true } : {}) }),
        }),
      };
    }),
  );
}
