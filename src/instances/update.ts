import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { parse } from '../parse.ts';
import { settingsOf } from './context.ts';
import { configureInstanceKind, type Settings } from './kinds.ts';
import { sealEnvVars } from './sealed.ts';
import { instanceResource } from './resource.ts';
import { instanceName } from './create.ts';
import { getInstance } from './list.ts';
import { checkAgainstServer, checkMemory, settingsFields } from './settings.ts';

export const updateInput = z
  .object({
    name: instanceName.nullish(),
    deletionProtected: z.boolean().nullish(),
    pullImage: z.boolean().nullish(),
    ...settingsFields,
  })
  .superRefine(checkMemory);

type Input = z.output<typeof updateInput>;

/** The statuses of an instance that is there to stay. */
const lasting = ['provisioning', 'running', 'stopped', 'restarting', 'failed'] as const;

/** Null is a choice, too: by the size of the server. */
const chosen = <T>(given: T | null | undefined, known: T | null): T | null => (given === undefined ? known : given);

/** What its container is to run with: the known settings and the changes. */
function changedSettings(app: App, instance: Instance, input: Input): Settings {
  const known = settingsOf(instance);
  return {
    workers: chosen(input.workers, known.workers),
    limitMemorySoft: input.limitMemorySoft ?? known.limitMemorySoft,
    limitMemoryHard: input.limitMemoryHard ?? known.limitMemoryHard,
    limitTimeCpu: input.limitTimeCpu ?? known.limitTimeCpu,
    limitTimeReal: input.limitTimeReal ?? known.limitTimeReal,
    maxCronThreads: input.maxCronThreads ?? known.maxCronThreads,
    logLevel: input.logLevel ?? known.logLevel,
    envVars: input.envVars ? sealEnvVars(app.secrets, instance.id, input.envVars) : known.envVars,
    cpuLimit: chosen(input.cpuLimit, known.cpuLimit),
    memoryLimit: chosen(input.memoryLimit, known.memoryLimit),
    processLimit: chosen(input.processLimit, known.processLimit),
    databaseCpuLimit: chosen(input.databaseCpuLimit, known.databaseCpuLimit),
    databaseMemoryLimit: chosen(input.databaseMemoryLimit, known.databaseMemoryLimit),
    databaseProcessLimit: chosen(input.databaseProcessLimit, known.databaseProcessLimit),
  };
}

/**
 * Changes the name and the protection at once. Applies new settings by a re-created container, which needs a running
 * instance; comes back to the old ones if Odoo is not healthy with them. Without any change, it re-creates the container.
 */
export async function updateInstance(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(updateInput, given);
  const before = await getInstance(scope, id);
  const ownCode = input.envVars !== undefined && input.envVars !== null;
  if (ownCode) requireIn(scope, 'manage:instance_code', before.projectId);
  const server = await scope.db.server.findFirst({ where: { id: before.serverId, orgId: scope.orgId } });
  checkAgainstServer(input, found(server, 'server', before.serverId));
  const { name, deletionProtected, pullImage, ...settings } = input;
  const facts = { ...(name ? { name } : {}), ...(typeof deletionProtected === 'boolean' ? { deletionProtected } : {}) };
  const recreates =
    pullImage === true ||
    Object.values(settings).some((value) => value !== undefined) ||
    Object.keys(facts).length === 0;
  const allowed = recreates ? (['running'] as const) : lasting;
  return mutate(app, scope, async ({ tx, record, start }) => {
    const operation = recreates
      ? await start(configureInstanceKind, {
          resourceId: id,
          serverId: before.serverId,
          projectId: before.projectId,
          input: { settings: changedSettings(app, before, input), ownCode, ...(pullImage ? { pullImage } : {}) },
        })
      : null;
    const changed = await tx.instance.updateMany({
      where: { id, orgId: scope.orgId, status: { in: [...allowed] } },
      data: { ...facts, ...(recreates ? { status: 'restarting' } : {}) },
    });
    if (changed.count === 0) throw invalidState('instance', before.status, allowed);
    const resource = {
      resource: instanceResource,
      resourceId: id,
      resourceName: name ?? before.name,
      projectId: before.projectId,
    };
    if (recreates) await record({ action: 'instance.configure_requested', ...resource });
    if (Object.keys(facts).length > 0) {
      await record({
        action: 'instance.updated',
        ...resource,
        before: { name: before.name, deletionProtected: before.deletionProtected },
        after: { name: before.name, deletionProtected: before.deletionProtected, ...facts },
      });
    }
    const instance = await tx.instance.findUnique({ where: { id } });
    return { instance: found(instance, 'instance', id), operation };
  });
}

/** As an older mutation has it, which changes nothing but settings: there is an operation in any case. */
export async function configureInstance(app: App, scope: OrgScope, id: string, given: unknown) {
  const { instance, operation } = await updateInstance(app, scope, id, given);
  return { instance, operation: found(operation, 'operation', id) };
}
