import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { invalidState } from '../errors.ts';
import { newId } from '../ids.ts';
import { getInstance } from '../instances/index.ts';
import { parse } from '../parse.ts';
import { beginImportInput, exportInput } from './fields.ts';
import { exportKind, receiveKind } from './kinds.ts';
import { factAbout, newExpiry } from './rows.ts';

const stamp = (): string => new Date().toISOString().replaceAll(/[-:]/g, '').replace('T', '_').slice(0, 15);

/** Writes the database and the filestore of a running instance into a zip, as Odoo's own database manager does. */
export async function exportInstance(app: App, scope: OrgScope, instanceId: string, given: unknown) {
  const { includeFilestore } = parse(exportInput, given);
  const instance = await getInstance(scope, instanceId);
  if (instance.status !== 'running') throw invalidState('instance', instance.status, ['running']);
  const { serverId, projectId, orgId } = instance;
  return mutate(app, scope, async ({ tx, record, start }) => {
    const transfer = await tx.transfer.create({
      data: {
        id: newId(),
        orgId,
        projectId,
        instanceId: instance.id,
        serverId,
        direction: 'export',
        filename: `${instance.slug}_${stamp()}.zip`,
        includeFilestore: includeFilestore ?? true,
        expiresAt: newExpiry(),
        createdById: scope.actor.id,
      },
    });
    await record({
      ...factAbout(transfer),
      action: 'transfer.export_requested',
      after: { instanceId: instance.id, includeFilestore: transfer.includeFilestore },
    });
    const operation = await start(exportKind, { resourceId: transfer.id, serverId, projectId, input: {} });
    return { transfer, operation };
  });
}

/** Makes ready to receive a zip for an instance. Its parts are then sent, and it is imported when all of it is there. */
export async function beginImport(app: App, scope: OrgScope, instanceId: string, given: unknown) {
  const { sizeBytes, filename } = parse(beginImportInput, given);
  const instance = await getInstance(scope, instanceId);
  if (instance.provisionedAt === null)
    throw invalidState('instance', instance.status, ['running', 'stopped', 'failed']);
  const { serverId, projectId, orgId } = instance;
  return mutate(app, scope, async ({ tx, record, start }) => {
    const transfer = await tx.transfer.create({
      data: {
        id: newId(),
        orgId,
        projectId,
        instanceId: instance.id,
        serverId,
        direction: 'import',
        filename: filename ?? `${instance.slug}.zip`,
        sizeBytes: BigInt(sizeBytes),
        expiresAt: newExpiry(),
        createdById: scope.actor.id,
      },
    });
    await record({
      ...factAbout(transfer),
      action: 'transfer.import_requested',
      after: { instanceId: instance.id, sizeBytes },
    });
    const operation = await start(receiveKind, { resourceId: transfer.id, serverId, projectId, input: {} });
    return { transfer, operation };
  });
}
