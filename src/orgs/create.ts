import { z } from 'zod';
import type { Organization } from '../../prisma/generated/client/client.ts';
import { type Access, type Actor, requireActor, requirePerson } from '../access/access.ts';
import type { Client } from '../access/client.ts';
import { systemRoles } from '../access/permissions.ts';
import type { App } from '../app.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { wantedSlugs, withFreeSlug } from '../database/free-slug.ts';
import { publicName } from '../display-name.ts';
import { newId } from '../ids.ts';
import { parse } from '../parse.ts';
import { organizationSlug, organizationSlugs } from './slug.ts';

export const organizationName = publicName(100, 2);
export const createInput = z.object({ name: organizationName, slug: organizationSlug.nullish() });

/** Creates an organization with the four system roles and its Owner, who creates it unless an administrator does. */
export async function createOrganization(
  tx: Tx,
  { settings }: Pick<App, 'settings'>,
  owner: { id: string } & Actor,
  client: Client,
  given: { name: string; slug: string },
  actor: Actor = owner,
): Promise<Organization> {
  const id = newId();
  const roles = systemRoles.map((role) => ({
    id: newId(),
    name: role.name,
    description: role.description,
    isSystem: true,
    permissions: [...role.permissions],
  }));
  const ownerRole = roles.find((role) => role.name === 'Owner');
  const organization = await tx.organization.create({
    data: {
      id,
      name: given.name,
      slug: given.slug,
      auditRetentionDays: settings.current.auditRetentionDays,
      roles: { create: roles },
    },
  });
  if (ownerRole)
    await tx.membership.create({ data: { id: newId(), orgId: id, userId: owner.id, roleId: ownerRole.id } });
  await recordFact(
    tx,
    { orgId: id, actor, ...client },
    { action: 'organization.created', resource: 'org', resourceId: id, resourceName: given.name, after: given },
  );
  return organization;
}

/** One more organization for somebody who is signed in. */
export async function foundOrganization(
  app: App,
  access: Access,
  client: Client,
  given: unknown,
): Promise<Organization> {
  const owner = { ...requireActor(access), id: requirePerson(access).userId };
  const { name, slug: wanted } = parse(createInput, given);
  const slugs = wantedSlugs(wanted, () => organizationSlugs(name));
  return withFreeSlug('An organization', slugs, (slug) =>
    app.db.prisma.$transaction((tx) => createOrganization(tx, app, owner, client, { name, slug })),
  );
}
