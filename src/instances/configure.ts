import { z } from 'zod';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { invalidState } from '../errors.ts';
import { parse } from '../parse.ts';
import { settingsOf } from './context.ts';
import { configureInstanceKind, type Settings } from './kinds.ts';
import { sealEnvVars } from './sealed.ts';
import { instanceResource } from './resource.ts';
import { getInstance } from './list.ts';
import { checkMemory, settingsFields } from './settings.ts';

export const configureInput = z.object(settingsFields).superRefine(checkMemory);

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
