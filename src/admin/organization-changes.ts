import { z } from 'zod';
import type { Organization } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { wantedSlugs, withFreeSlug } from '../database/free-slug.ts';
import { invalidState } from '../errors.ts';
import { addMember, listMembersOf, type MemberRow, removeMemberOf } from '../members/index.ts';
import {
  beginDeletion,
  createOrganization,
  createOrganizationInput,
  organizationSlugs,
  requireConfirmed,
  setOrganizationActive,
  setQuotas,
} from '../orgs/index.ts';
import type { PageArgs } from '../lists.ts';
import { parse } from '../parse.ts';
import { type Administrator, actorOf, scopeIn } from './administrator.ts';
import { getOrganization } from './organizations.ts';
import { getUser } from './users.ts';

export const createOrganizationForInput = createOrganizationInput.extend({ ownerUserId: z.string() });

/** Creates an organization for somebody, who becomes its Owner. */
export async function createOrganizationFor(app: App, admin: Administrator, given: unknown): Promise<Organization> {
  const { name, slug: wanted, ownerUserId } = parse(createOrganizationForInput, given);
  const { id, name: ownerName, deactivatedAt } = await getUser(app, ownerUserId);
  if (deactivatedAt) throw invalidState('user', 'deactivated', ['active']);
  const { requestId, ipAddress, userAgent } = admin;
  const owner = { type: 'user', id, name: ownerName } as const;
  const slugs = wantedSlugs(wanted, () => organizationSlugs(name));
  return withFreeSlug('An organization', slugs, (slug) =>
    app.db.prisma.$transaction((tx) =>
      createOrganization(tx, app, owner, { requestId, ipAddress, userAgent }, { name, slug }, actorOf(admin)),
    ),
  );
}

export async function setOrganizationQuotas(app: App, admin: Administrator, id: string, given: unknown) {
  await getOrganization(app, id);
  return setQuotas(app, scopeIn(admin, id), given);
}

/** Deactivates or reactivates an organization; on its servers nothing changes. */
export async function setActive(app: App, admin: Administrator, id: string, active: boolean) {
  await getOrganization(app, id);
  return setOrganizationActive(app, scopeIn(admin, id), active);
}

/** Deletes an organization as its Owner would. What stands on servers must be removed before. */
export async function deleteOrganizationOf(app: App, admin: Administrator, id: string, confirmSlug: string) {
  const before = await getOrganization(app, id);
  requireConfirmed(before, confirmSlug);
  return beginDeletion(app, scopeIn(admin, id), before);
}

export async function listOrganizationMembers(
  app: App,
  id: string,
  args: PageArgs & { search?: string | null | undefined },
) {
  await getOrganization(app, id);
  return listMembersOf(app, id, args);
}

export async function addOrganizationMember(
  app: App,
  admin: Administrator,
  id: string,
  given: { userId: string; roleName: string },
): Promise<MemberRow> {
  await getOrganization(app, id);
  const user = await getUser(app, given.userId);
  return addMember(app, scopeIn(admin, id), user, given);
}

export async function removeOrganizationMember(app: App, admin: Administrator, id: string, memberId: string) {
  await getOrganization(app, id);
  return removeMemberOf(app, scopeIn(admin, id), memberId);
}
