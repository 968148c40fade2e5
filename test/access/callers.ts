import { newApiKey } from '../../src/access/api-key.ts';
import {
  expand,
  isProjectPermission,
  type Permission,
  permissions,
  systemRoles,
} from '../../src/access/permissions.ts';
import { Client } from '../kit/client.ts';
import type { Ids } from '../kit/fields.ts';
import { GatewayProcess } from '../kit/gateway.ts';
import type { Ocore } from '../kit/ocore.ts';
import { addProject, fillOrg, mark, type Org, personalIds } from '../kit/two-orgs.ts';

/** Somebody or something that sends requests, and what it may do. */
export interface Caller {
  name: string;
  client: Client;
  ids: Ids;
  is: 'nobody' | 'dead' | 'outsider' | 'member' | 'administrator';
  person: boolean;
  owner: boolean;
  /** What it holds in the whole organization, and in its one project. */
  held: ReadonlySet<Permission>;
  inProject: ReadonlySet<Permission>;
}

export interface Cast {
  org: Org;
  other: Org;
  /** Another project of the same organization, of which the limited ones see nothing. */
  elsewhere: Ids;
  callers: Caller[];
  /** A role and a key whose permissions a test sets as it goes. */
  custom: Caller & { roleId: string };
  customKey: Caller & { keyId: string };
}

export const password = 'correct horse 1';
const nothing: ReadonlySet<Permission> = new Set();
const everything = expand(permissions);

/** Makes two organizations, and everyone who may knock at the door of the first. */
export async function cast(ocore: Ocore): Promise<Cast> {
  // The first account administers the installation; it belongs to neither organization.
  const root = await ocore.owner('root');
  const org = await fillOrg(ocore, mark);
  const other = await fillOrg(ocore, 'bison');
  const elsewhere = await addProject(ocore, org.owner, 'elsewhere', org.ids['server'] ?? '');
  const base = { is: 'member', person: true, owner: false, held: nothing, inProject: nothing, ids: org.ids } as const;
  const slug = org.owner.org;

  const join = async (
    name: string,
    roleId: string | null,
  ): Promise<{ client: Client; ids: Ids; memberId: string; userId: string }> => {
    const own = await ocore.owner(name);
    const [user] = await ocore.sql<{ id: string }>('SELECT id FROM users WHERE email = $1', [own.email]);
    // Of this organization alone.
    await ocore.sql('DELETE FROM memberships WHERE user_id = $1', [user?.id]);
    const [member] = await ocore.sql<{ id: string }>(
      'INSERT INTO memberships (id, org_id, user_id, role_id) VALUES (gen_random_uuid(), $1, $2, $3) RETURNING id',
      [org.id, user?.id, roleId],
    );
    const ids = {
      ...org.ids,
      ...(await personalIds(ocore, own.email, `${mark} ${name}`)),
      member: org.ids['member'] ?? '',
      user: org.ids['user'] ?? '',
    };
    return {
      client: new Client(own.url, own.token, slug, own.refreshToken, own.email),
      ids,
      memberId: member?.id ?? '',
      userId: user?.id ?? '',
    };
  };
  const roleNamed = async (name: string): Promise<string> =>
    (await ocore.sql<{ id: string }>('SELECT id FROM roles WHERE org_id = $1 AND name = $2', [org.id, name]))[0]?.id ??
    '';
  const owned = await ocore.sql<{ id: string }>('SELECT id FROM users WHERE email = $1', [org.owner.email]);
  const addKey = async (
    granted: readonly string[],
    projects: string[] | null,
  ): Promise<{ client: Client; keyId: string; ids: Ids }> => {
    const key = newApiKey();
    const [row] = await ocore.sql<{ id: string }>(
      `INSERT INTO api_keys (id, org_id, user_id, name, prefix, hash, permissions, project_limited, project_ids) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
      [org.id, owned[0]?.id, `${mark} key`, key.prefix, key.hash, granted, projects !== null, projects ?? []],
    );
    return {
      client: new Client(ocore.url, key.key, slug),
      keyId: row?.id ?? '',
      ids: { ...org.ids, apiKey: row?.id ?? '' },
    };
  };

  const callers: Caller[] = [
    { ...base, name: 'nobody', is: 'nobody', person: false, client: new Client(ocore.url, null, slug) },
  ];
  const short = await GatewayProcess.start(ocore, { JWT_ACCESS_EXPIRY: '1s' });
  const signIn = async (url: string) =>
    new Client(url, null, null).post('/auth/login', { email: org.owner.email, password });
  const expired = await signIn(short.url);
  await short.kill();
  callers.push({
    ...base,
    name: 'an expired token',
    is: 'dead',
    client: new Client(ocore.url, expired.text('accessToken'), slug),
  });
  const ended = new Client(ocore.url, (await signIn(ocore.url)).text('accessToken'), slug);
  await ended.post('/auth/logout');
  callers.push({ ...base, name: 'an ended session', is: 'dead', client: ended });
  callers.push({
    ...base,
    name: 'a member of another organization',
    is: 'outsider',
    ids: other.ids,
    client: new Client(ocore.url, other.owner.token, slug),
  });
  const foreignKey = newApiKey();
  await ocore.sql(
    "INSERT INTO api_keys (id, org_id, user_id, name, prefix, hash, permissions) SELECT gen_random_uuid(), $1, id, 'bison key', $2, $3, $4 FROM users WHERE email = $5",
    [other.id, foreignKey.prefix, foreignKey.hash, [...permissions], other.owner.email],
  );
  callers.push({
    ...base,
    name: 'a key of another organization',
    is: 'outsider',
    person: false,
    ids: other.ids,
    client: new Client(ocore.url, foreignKey.key, slug),
  });
  callers.push({
    ...base,
    name: 'the administrator',
    is: 'administrator',
    client: new Client(ocore.url, root.token, null, root.refreshToken, root.email),
  });

  callers.push({ ...base, name: 'Owner', owner: true, held: everything, client: org.owner });
  for (const role of systemRoles.filter(({ name }) => name !== 'Owner')) {
    callers.push({
      ...base,
      name: role.name,
      held: expand(role.permissions),
      ...(await join(role.name.toLowerCase(), await roleNamed(role.name))),
    });
  }
  const limited = await join('limited', null);
  await ocore.sql(
    'INSERT INTO role_assignments (id, org_id, membership_id, role_id, project_id) VALUES (gen_random_uuid(), $1, $2, $3, $4)',
    [org.id, limited.memberId, await roleNamed('Developer'), org.ids['project']],
  );
  const ofDeveloper = systemRoles.find(({ name }) => name === 'Developer')?.permissions ?? [];
  callers.push({
    ...base,
    name: 'a Developer of one project',
    ...limited,
    inProject: new Set([...expand(ofDeveloper)].filter(isProjectPermission)),
  });
  callers.push({ ...base, name: 'a full key', person: false, held: everything, ...(await addKey(permissions, null)) });
  callers.push({
    ...base,
    name: 'a key for one project',
    person: false,
    inProject: new Set([...everything].filter(isProjectPermission)),
    ...(await addKey(permissions, [org.ids['project'] ?? ''])),
  });

  const [role] = await ocore.sql<{ id: string }>(
    "INSERT INTO roles (id, org_id, name, permissions) VALUES (gen_random_uuid(), $1, 'Changing', '{}') RETURNING id",
    [org.id],
  );
  const custom = {
    ...base,
    name: 'a role without the permission',
    ...(await join('custom', role?.id ?? '')),
    roleId: role?.id ?? '',
  };
  const customKey = { ...base, name: 'a key without the permission', person: false, ...(await addKey([], null)) };
  return { org, other, elsewhere, callers, custom, customKey };
}
