import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { uniqueViolation } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { page, type PageArgs, foundById } from '../lists.ts';
import { parse } from '../parse.ts';
import { registryHost } from '../remote/index.ts';

const host = z
  .string()
  .max(255)
  .refine((text) => registryHost(text) !== undefined, {
    message:
      'must be the host of a registry, with its port if it has one, such as ghcr.io or registry.example.com:5000',
    params: { constraint: 'format' },
  });
const username = z.string().min(1).max(255);
const password = z.string().min(1).max(16_384);
export const createInput = z.object({ host, username, password });
/** The host is not here: a password that somebody else typed must not go to another registry. */
export const updateInput = z.object({ username: username.nullish(), password: password.nullish() });

export const passwordOwner = (id: string): string => `registry:${id}`;

export async function getRegistry(scope: OrgScope, id: string) {
  const registry = isId(id) ? await scope.db.registry.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  if (!registry) throw notFound('registry', id);
  return registry;
}

export function listRegistries(scope: OrgScope, args: PageArgs) {
  const where = { orgId: scope.orgId };
  return page(`registries of ${scope.orgId}`, args, {
    find: (seek) => scope.db.registry.findMany(foundById(where, seek)),
    count: () => scope.db.registry.count({ where }),
  });
}

/** Keeps the credentials of a registry, sealed: they are used for every image that is pulled from it. */
export async function createRegistry(app: App, scope: OrgScope, given: unknown) {
  const input = parse(createInput, given);
  const id = newId();
  const host = registryHost(input.host) ?? input.host;
  return mutate(app, scope, async ({ tx, record }) => {
    const registry = await tx.registry.create({
      data: {
        id,
        orgId: scope.orgId,
        host,
        username: input.username,
        passwordEnc: app.secrets.seal(input.password, passwordOwner(id)),
      },
    });
    await record({
      action: 'registry.created',
      resource: 'registry',
      resourceId: id,
      resourceName: host,
      after: { host, username: registry.username },
    });
    return registry;
  }).catch((error: unknown) => {
    if (uniqueViolation(error) === undefined) throw error;
    throw new AppError('conflict', `The organization already has credentials of ${host}; change those`, {
      field: 'host',
      constraint: 'unique',
    });
  });
}

export async function updateRegistry(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(updateInput, given);
  const before = await getRegistry(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    const registry = await tx.registry.update({
      where: { id, orgId: scope.orgId },
      data: {
        ...(input.username ? { username: input.username } : {}),
        ...(input.password ? { passwordEnc: app.secrets.seal(input.password, passwordOwner(id)) } : {}),
      },
    });
    await record({
      action: 'registry.updated',
      resource: 'registry',
      resourceId: id,
      resourceName: registry.host,
      before: { username: before.username },
      after: { username: registry.username, passwordChanged: Boolean(input.password) },
    });
    return registry;
  });
}

/** Images that are on servers already stay there; what is not can no longer be pulled. */
export async function deleteRegistry(app: App, scope: OrgScope, id: string) {
  const registry = await getRegistry(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    await tx.registry.delete({ where: { id, orgId: scope.orgId } });
    await record({
      action: 'registry.deleted',
      resource: 'registry',
      resourceId: id,
      resourceName: registry.host,
      before: { host: registry.host, username: registry.username },
    });
    return registry;
  });
}
