import type { Operation } from '../../prisma/generated/client/client.ts';
import { AppError } from '../errors.ts';
import { liveTopics } from '../events/live-resource.ts';

/** Whom a change of an operation wakes. */
export const operationTopics = liveTopics('operation');

/** The condition of operations that have not ended. */
export const liveOperation = { status: { in: ['queued' as const, 'running' as const] } };

/** That something works on the resource already: which operation it is and what it does. Null: it has ended since. */
export function operationInProgress(
  resource: string,
  id: string,
  live: Pick<Operation, 'id' | 'kind'> | null,
): AppError {
  return new AppError(
    'operation_in_progress',
    live === null
      ? `Another operation of this ${resource} was still running; try again`
      : `Another operation of this ${resource} is still running: wait for the end of ${live.kind} ${live.id}, or cancel it`,
    { resource, id, ...(live === null ? {} : { operationId: live.id, kind: live.kind }) },
  );
}
