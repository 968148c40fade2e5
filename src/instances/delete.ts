import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { deleteInstanceKind } from './kinds.ts';
import { getInstance } from './list.ts';
import { transition } from './transitions.ts';

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
