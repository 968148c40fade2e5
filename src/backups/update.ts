import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { parse } from '../parse.ts';
import { notes } from './create.ts';
import { getBackup } from './list.ts';
import { backupResource } from './resource.ts';

export const updateInput = z.object({ notes: notes.nullish(), pinned: z.boolean().nullish() });

export async function updateBackup(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(updateInput, given);
  const before = await getBackup(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    const backup = await tx.backup.update({
      where: { id, orgId: scope.orgId },
      data: {
        ...(typeof input.notes === 'string' ? { notes: input.notes } : {}),
        ...(typeof input.pinned === 'boolean' ? { pinned: input.pinned } : {}),
      },
    });
    await record({
      action: 'backup.updated',
      resource: backupResource,
      resourceId: id,
      resourceName: backup.instanceName,
      projectId: backup.projectId,
      before: { notes: before.notes, pinned: before.pinned },
      after: { notes: backup.notes, pinned: backup.pinned },
    });
    return backup;
  });
}
