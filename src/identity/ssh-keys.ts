import { z } from 'zod';
import type { SshKey, User } from '../../prisma/generated/client/client.ts';
import { type Access, requirePerson } from '../access/access.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError, notFound } from '../errors.ts';
import { isId, newId } from '../ids.ts';
import { type Page, type PageArgs, page, foundById } from '../lists.ts';
import { parse } from '../parse.ts';
import { recordAccountFact } from './audit.ts';
import type { Client } from '../access/client.ts';
import { deviceLabel } from './fields.ts';
import { fetchGithubKeys, githubUsername } from './github-keys.ts';
import { accountIn } from './profile.ts';
import { notifyAccount } from './security-notice.ts';
import { parseSshPublicKey, type SshPublicKey } from './ssh-public-key.ts';

const maxKeys = 50;
export const addInput = z.object({ label: deviceLabel, publicKey: z.string().max(16 * 1024) });
export const importInput = z.object({ githubUsername });

export function listSshKeys(app: App, access: Access, args: PageArgs): Promise<Page<SshKey>> {
  const { userId } = requirePerson(access);
  const where = { userId };
  return page(`ssh keys of ${userId}`, args, {
    find: (seek) => app.db.prisma.sshKey.findMany(foundById(where, seek)),
    count: () => app.db.prisma.sshKey.count({ where }),
  });
}

/** Keeps those that the account does not have yet. The account's row is locked, so that two requests do not pass the limit together. */
async function keep(
  tx: Tx,
  userId: string,
  keys: readonly (Omit<SshPublicKey, 'comment'> & { label: string })[],
): Promise<{ user: User; rows: SshKey[] }> {
  await tx.$queryRaw`SELECT id FROM users WHERE id = ${userId}::uuid FOR UPDATE`;
  const user = await accountIn(tx, userId);
  const there = await tx.sshKey.findMany({ where: { userId }, select: { fingerprint: true } });
  const known = new Set(there.map((key) => key.fingerprint));
  const fresh = keys.filter((key) => !known.has(key.fingerprint) && known.add(key.fingerprint));
  if (there.length + fresh.length > maxKeys)
    throw new AppError('conflict', `An account has at most ${maxKeys} SSH keys; delete some first`, {
      constraint: 'max',
      max: maxKeys,
    });
  return {
    user,
    rows: await tx.sshKey.createManyAndReturn({ data: fresh.map((key) => ({ id: newId(), userId, ...key })) }),
  };
}

export async function addSshKey(app: App, access: Access, client: Client, given: unknown): Promise<SshKey> {
  const { label, publicKey } = parse(addInput, given);
  const { userId } = requirePerson(access);
  const { comment: _, ...key } = parseSshPublicKey(publicKey);
  return app.db.prisma.$transaction(async (tx) => {
    const { user, rows } = await keep(tx, userId, [{ ...key, label }]);
    const row = rows[0];
    if (!row)
      throw new AppError('conflict', 'You have already added this key', { field: 'publicKey', constraint: 'unique' });
    await recordAccountFact(tx, client, 'auth.ssh_key_added', user, { label, fingerprint: row.fingerprint });
    await notifyAccount(tx, app, user, client, 'An SSH key was added', label);
    return row;
  });
}

export interface SshKeyImport {
  imported: number;
  skipped: number;
}

/** Adds the keys that a GitHub user has published; skips what is there already, broken or too weak. */
export async function importGithubKeys(app: App, access: Access, client: Client, given: string): Promise<SshKeyImport> {
  const { userId } = requirePerson(access);
  const name = parse(importInput, { githubUsername: given }).githubUsername;
  const lines = await fetchGithubKeys(app, name);
  const keys = lines.flatMap((line, index) => {
    try {
      const { comment: _, ...key } = parseSshPublicKey(line);
      return [{ ...key, label: `GitHub ${name} ${index + 1}` }];
    } catch (error) {
      if (error instanceof AppError) return [];
      throw error;
    }
  });
  return app.db.prisma.$transaction(async (tx) => {
    const { user, rows } = await keep(tx, userId, keys);
    if (rows.length > 0) {
      await recordAccountFact(tx, client, 'auth.ssh_keys_imported', user, {
        github: name,
        fingerprints: rows.map((row) => row.fingerprint),
      });
      await notifyAccount(tx, app, user, client, 'SSH keys of a GitHub user were added', name);
    }
    return { imported: rows.length, skipped: lines.length - rows.length };
  });
}

async function own(tx: Tx, userId: string, id: string) {
  const key = isId(id) ? await tx.sshKey.findFirst({ where: { id, userId } }) : null;
  if (!key) throw notFound('SSH key', id);
  return { ...key, user: await accountIn(tx, userId) };
}

export function getSshKey(app: App, access: Access, id: string): Promise<SshKey> {
  return own(app.db.prisma, requirePerson(access).userId, id);
}

export async function renameSshKey(
  app: App,
  access: Access,
  client: Client,
  id: string,
  given: string,
): Promise<SshKey> {
  const { userId } = requirePerson(access);
  const { label } = parse(addInput.pick({ label: true }), { label: given });
  return app.db.prisma.$transaction(async (tx) => {
    const before = await own(tx, userId, id);
    await recordAccountFact(tx, client, 'auth.ssh_key_renamed', before.user, {
      before: before.label,
      label,
      fingerprint: before.fingerprint,
    });
    return tx.sshKey.update({ where: { id }, data: { label } });
  });
}

export async function deleteSshKey(app: App, access: Access, client: Client, id: string): Promise<void> {
  const { userId } = requirePerson(access);
  await app.db.prisma.$transaction(async (tx) => {
    const { user, label, fingerprint } = await own(tx, userId, id);
    await tx.sshKey.delete({ where: { id } });
    await recordAccountFact(tx, client, 'auth.ssh_key_removed', user, { label, fingerprint });
  });
}
