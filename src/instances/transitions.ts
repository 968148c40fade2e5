import type { Instance } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import { AppError, found, inShort, invalidState } from '../errors.ts';
import type { OperationKind } from '../operations/definition.ts';
import { type Resting, restartInstanceKind, startInstanceKind, stopInstanceKind } from './kinds.ts';
import { instanceResource } from './resource.ts';
import { getInstance } from './list.ts';
import { requireNoLiveBackup } from './snapshots-beside.ts';

type State = Instance['status'];
type Requested = `instance.${'start' | 'stop' | 'restart' | 'deletion'}_requested`;

function neverProvisioned({ status, statusMessage }: Instance): AppError {
  const why = statusMessage === null ? '' : ` (${inShort(statusMessage, 500)})`;
  return new AppError(
    'invalid_state',
    `The instance has never been provisioned successfully${why}; correct its settings and provision it again`,
    { resource: 'instance', state: status, allowed: ['running'], action: 'provision' },
  );
}

/** What every transition's operation is begun with. */
export interface BeginTransition {
  resourceId: string;
  serverId: string;
  projectId: string;
  input: { from: State; reason: string | null; force?: true };
}
export type Begin = (mutation: Mutation, operation: BeginTransition) => ReturnType<Mutation['start']>;

export async function transition(
  app: App,
  scope: OrgScope,
  id: string,
  options: {
    kind: OperationKind<Resting, string, State>;
    /** Begins another operation in its place, which enters the same status. */
    begin?: Begin;
    from: readonly State[];
    /** What has never been provisioned has nothing to start or stop: only deletion is left to it, and another try. */
    provisioned?: true;
    action: Requested;
    force?: true;
  },
) {
  const before = await getInstance(scope, id);
  const forced = options.force ? { force: options.force } : {};
  return mutate(app, scope, async (mutation) => {
    const { tx, record, start } = mutation;
    // The live operation first: while one runs, its state is in between and would only mislead.
    const given: BeginTransition = {
      resourceId: id,
      serverId: before.serverId,
      projectId: before.projectId,
      input: { from: before.status, reason: before.statusMessage, ...forced },
    };
    const operation = options.begin ? await options.begin(mutation, given) : await start(options.kind, given);
    if (options.provisioned && before.provisionedAt === null && options.from.includes(before.status))
      throw neverProvisioned(before);
    const changed = await tx.instance.updateMany({
      where: { id, orgId: scope.orgId, status: { in: [...options.from] } },
      data: { status: options.kind.entering, statusMessage: null, lostAt: null },
    });
    if (changed.count === 0) throw invalidState('instance', before.status, options.from);
    // The row is locked now: a backup that begins at the same time has been seen, or sees this.
    if (options.kind.entering === 'removing') await requireNoLiveBackup(tx, scope.orgId, id, { copies: true });
    await record({
      action: options.action,
      resource: instanceResource,
      resourceId: id,
      resourceName: before.name,
      projectId: before.projectId,
      before: { status: before.status },
      after: { status: options.kind.entering, ...forced },
    });
    const instance = await tx.instance.findUnique({ where: { id } });
    return { instance: found(instance, 'instance', id), operation };
  });
}

export const start = (app: App, scope: OrgScope, id: string) =>
  transition(app, scope, id, {
    kind: startInstanceKind,
    from: ['stopped', 'failed'],
    provisioned: true,
    action: 'instance.start_requested',
  });
export const stop = (app: App, scope: OrgScope, id: string) =>
  transition(app, scope, id, {
    kind: stopInstanceKind,
    from: ['running', 'failed'],
    provisioned: true,
    action: 'instance.stop_requested',
  });
export const restart = (app: App, scope: OrgScope, id: string) =>
  transition(app, scope, id, {
    kind: restartInstanceKind,
    from: ['running', 'failed'],
    provisioned: true,
    action: 'instance.restart_requested',
  });
