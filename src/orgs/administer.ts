import { z } from 'zod';
import type { Organization } from '../../prisma/generated/client/client.ts';
import type { FactScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { found, invalidState } from '../errors.ts';
import { parse } from '../parse.ts';
import { quotaFields } from '../settings/index.ts';
import { lockOrganization, wakeMembers } from './service.ts';

export const quotasInput = z.object(quotaFields);

const quotasOf = ({ maxServers, maxInstances, maxMembers, maxProjects }: Organization) => ({
  maxServers,
  maxInstances,
  maxMembers,
  maxProjects,
});

/** Changes what is given; null goes back to what the installation allows. What an organization holds already stays. */
export function setQuotas(app: App, scope: FactScope, given: unknown): Promise<Organization> {
  const { maxServers, maxInstances, maxMembers, maxProjects } = parse(quotasInput, given);
  return mutate(app, scope, async ({ tx, record }) => {
    await lockOrganization(tx, scope.orgId);
    const where = { id: scope.orgId };
    const before = found(await tx.organization.findFirst({ where }), 'organization', scope.orgId);
    const data = {
      ...(maxServers === undefined ? {} : { maxServers }),
      ...(maxInstances === undefined ? {} : { maxInstances }),
      ...(maxMembers === undefined ? {} : { maxMembers }),
      ...(maxProjects === undefined ? {} : { maxProjects }),
    };
    const organization = await tx.organization.update({ where, data });
    await record({
      action: 'organization.quotas_updated',
      resource: 'org',
      resourceId: scope.orgId,
      resourceName: organization.name,
      before: quotasOf(before),
      after: quotasOf(organization),
    });
    return organization;
  });
}

/** Deactivates or reactivates an organization. Nothing is done on its servers: what runs goes on running. */
export function setOrganizationActive(app: App, scope: FactScope, active: boolean): Promise<Organization> {
  return mutate(app, scope, async ({ tx, record }) => {
    await lockOrganization(tx, scope.orgId);
    const where = { id: scope.orgId };
    const before = found(await tx.organization.findFirst({ where }), 'organization', scope.orgId);
    const from = active ? 'deactivated' : 'active';
    if (before.status !== from) throw invalidState('organization', before.status, [from]);
    const organization = await tx.organization.update({
      where,
      data: active ? { status: 'active', deactivatedAt: null } : { status: 'deactivated', deactivatedAt: new Date() },
    });
    await record({
      action: active ? 'organization.reactivated' : 'organization.deactivated',
      resource: 'org',
      resourceId: scope.orgId,
      resourceName: organization.name,
    });
    await wakeMembers(tx, scope.orgId);
    return organization;
  });
}
