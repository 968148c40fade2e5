import { z } from 'zod';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { parse } from '../parse.ts';
import { settingsOf } from './context.ts';
import { configureInstanceKind, type Settings } from './kinds.ts';
import { sealEnvVars } from './sealed.ts';
import { instanceResource } from './resource.ts';
import { getInstance } from './list.ts';
import { checkAgainstServer, checkMemory, settingsFields } from './settings.ts';

export const configureInput = z.object(settingsFields).superRefine(checkMemory);

/** Null is a choice, too: by the size of the server. */
const chosen = <T>(given: T | null | undefined, known: T | null): T | null => (given === undefined ? known : given);

/** Applies new settings by a re-created container; comes back to the old ones if Odoo is not healthy with them. */
export async function configureInstance(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(configureInput, given);
  const before = await getInstance(scope, id);
  const ownCode = input.envVars !== undefined && input.envVars !== null;
  if (ownCode) requireIn(scope, 'manage:instance_code', before.projectId);
  const server = await scope.db.server.findFirst({ where: { id: before.serverId, orgId: scope.orgId } });
  checkAgainstServer(input, found(server, 'server', before.serverId));
  const known = settingsOf(before);
  const settings: Settings = {
    workers: chosen(input.workers, known.workers),
    limitMemorySoft: input.limitMemorySoft ?? known.limitMemorySoft,
    limitMemoryHard: input.limitMemoryHard ?? known.limitMemoryHard,
    limitTimeCpu: input.limitTimeCpu ?? known.limitTimeCpu,
    limitTimeReal: input.limitTimeReal ?? known.limitTimeReal,
    maxCronThreads: input.maxCronThreads ?? known.maxCronThreads,
    logLevel: input.logLevel ?? known.logLevel,
    envVars: input.envVars ? sealEnvVars(app.secrets, id, input.envVars) : known.envVars,
    cpuLimit: chosen(input.cpuLimit, known.cpuLimit),
    memoryLimit: chosen(input.memoryLimit, known.memoryLimit),
    processLimit: chosen(input.processLimit, known.processLimit),
    databaseCpuLimit: chosen(input.databaseCpuLimit, known.databaseCpuLimit),
    databaseMemoryLimit: chosen(input.databaseMemoryLimit, known.databaseMemoryLimit),
    databaseProcessLimit: chosen(input.databaseProcessLimit, known.databaseProcessLimit),
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
    const instance = await tx.instance.findUnique({ where: { id } });
    return { instance: found(instance, 'instance', id), operation };
  });
}
