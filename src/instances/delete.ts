import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { AppError, found, invalidState } from '../errors.ts';
import { deleteInstanceKind } from './kinds.ts';
import { getInstance } from './list.ts';
import { type Begin, transition } from './transitions.ts';

export interface Deletion {
  confirmName?: string | null | undefined;
  /** Deletes the instance although its server is unreachable; what it has there is left there. */
  force?: boolean | null | undefined;
}

/**
 * Deletes the instance with its data. A protected one needs its name typed, and so does one in production or one whose
 * server is unreachable.
 */
export async function deleteInstance(
  app: App,
  scope: OrgScope,
  id: string,
  { confirmName, force }: Deletion,
  begin?: Begin,
) {
  const before = await getInstance(scope, id);
  // A wrong name is a mistake about which instance is meant, also where none is needed.
  if (typeof confirmName === 'string' && confirmName !== before.name) {
    throw new AppError('unprocessable', 'confirmName is not the name of this instance', {
      field: 'confirmName',
      constraint: 'confirmation',
    });
  }
  const named = confirmName === before.name;
  if (!named && (before.deletionProtected || (await isInProduction(scope, before.environmentId)))) {
    throw new AppError(
      'unprocessable',
      'This instance is protected or in production: set confirmName to its exact name to delete it with all its data',
      { field: 'confirmName', constraint: 'confirmation' },
    );
  }
  if (force && !named) {
    throw new AppError(
      'unprocessable',
      'With force, what the instance has on its server is left there: set confirmName to its exact name',
      { field: 'confirmName', constraint: 'confirmation' },
    );
  }
  if (force) {
    const where = { id: before.serverId, orgId: scope.orgId };
    const row = await scope.db.server.findFirst({ where, select: { status: true } });
    const { status } = found(row, 'server', before.serverId);
    if (status !== 'unreachable') throw invalidState('server', status, ['unreachable']);
  }
  return transition(app, scope, id, {
    kind: deleteInstanceKind,
    from: ['running', 'stopped', 'failed', 'removing'],
    action: 'instance.deletion_requested',
    ...(force ? { force } : {}),
    ...(begin ? { begin } : {}),
  });
}

async function isInProduction(scope: OrgScope, environmentId: string): Promise<boolean> {
  const where = { id: environmentId, orgId: scope.orgId };
  const environment = await scope.db.environment.findFirst({ where, select: { type: true } });
  return environment?.type === 'production';
}
