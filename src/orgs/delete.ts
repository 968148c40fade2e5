import type { Organization } from '../../prisma/generated/client/client.ts';
import type { FactScope, OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, invalidState } from '../errors.ts';
import { requireRecent } from '../identity/index.ts';
import { namesOf } from '../feature/holding.ts';
import { livingOnServers } from './erase.ts';
import { deleteOrganizationKind } from './kinds.ts';
import { getOrganization, lockOrganization, wakeMembers } from './service.ts';

export function requireConfirmed({ slug }: Organization, confirmSlug: string): void {
  if (confirmSlug === slug) return;
  throw new AppError('validation_error', `confirmSlug must be the slug of the organization: ${slug}`, {
    field: 'confirmSlug',
    constraint: 'confirmation',
  });
}

/** Begins to delete the organization; from now on it can only be looked at. */
export async function deleteOrganization(
  app: App,
  scope: OrgScope,
  confirmSlug: string,
  password: string | null | undefined,
) {
  const before = await getOrganization(scope);
  requireConfirmed(before, confirmSlug);
  await requireRecent(app, scope.access, scope, { password });
  return beginDeletion(app, scope, before);
}

/** Makes the organization read-only and starts the operation that deletes it. */
export function beginDeletion(app: App, scope: FactScope, before: Organization) {
  return mutate(app, scope, async ({ tx, record, start }) => {
    await lockOrganization(tx, scope.orgId);
    const changed = await tx.organization.updateMany({
      where: { id: scope.orgId, status: { in: ['active', 'deactivated'] } },
      data: { status: 'removing' },
    });
    if (changed.count === 0) throw invalidState('organization', 'removing', ['active', 'deactivated']);
    const living = await livingOnServers(app, tx, scope.orgId);
    if (living.length > 0) {
      const names = living.flatMap(({ type, names }) => names.map((name) => `${type} ${name}`));
      throw new AppError('conflict', `Remove these first: ${names.join(', ')}`, namesOf(living));
    }
    const operation = await start(deleteOrganizationKind, {
      resourceId: scope.orgId,
      serverId: null,
      projectId: null,
      input: {},
    });
    await record({
      action: 'organization.deletion_requested',
      resource: 'org',
      resourceId: scope.orgId,
      resourceName: before.name,
    });
    await wakeMembers(tx, scope.orgId);
    return { organization: { ...before, status: 'removing' as const }, operation };
  });
}
