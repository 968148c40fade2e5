import ssh2 from 'ssh2';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import type { Answer, Client } from '../kit/client.ts';
import { endOperations } from '../kit/fleet-rows.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';

it.override('env', { OCORE_ROLE: 'gateway', SERVER_NETWORKS_DENIED: '169.254.0.0/16' });

const refusal = (answer: Answer): unknown[] => [
  answer.status,
  answer.at('error.code'),
  answer.at('error.details.field'),
  answer.at('error.details.constraint'),
];
const ssh = 'git@git.example.com:acme/erp.git';
const https = 'https://git.example.com/acme/erp.git';

let made = 0;
async function project(owner: Client): Promise<string> {
  made += 1;
  return (await owner.post('/projects', { name: `Project ${made}` })).text('id');
}

/** A project with repositories of these names. */
async function withRepositories(owner: Client, ...names: string[]): Promise<{ place: string; ids: string[] }> {
  const place = `/projects/${await project(owner)}/repositories`;
  const ids: string[] = [];
  for (const name of names)
    ids.push((await owner.post(place, { repositoryUrl: `git@git.example.com:acme/${name}.git` })).text('id'));
  return { place, ids };
}
const rows = z.object({ data: z.array(z.object({ name: z.string(), position: z.number() })) });
const inOrder = async (owner: Client, place: string): Promise<string[]> =>
  rows.parse((await owner.get(place)).body).data.map(({ name, position }) => `${position} ${name}`);

/** What a worker would have left. */
async function presented(ocore: Ocore, id: string, fingerprints: readonly string[]): Promise<void> {
  const key = (fingerprint: string) => ({ type: 'ssh-ed25519', key: 'AAAA', fingerprint });
  await ocore.sql('UPDATE repositories SET host_keys = $2, presented_host_keys = $3 WHERE id = $1', [
    id,
    JSON.stringify([key(`SHA256:${'p'.repeat(43)}`)]),
    JSON.stringify(fingerprints.map(key)),
  ]);
}

describe('connecting', () => {
  it('makes a deploy key and a webhook secret, shows the secret once and the private key never', async ({
    ocore,
    owner,
  }) => {
    const place = `/projects/${await project(owner)}/repository`;
    expect((await owner.get(place)).at('error.code')).toBe('not_found');
    const connected = await owner.post(place, { repositoryUrl: 'git@github.com:acme/erp.git', branch: '19.0' });
    expect(connected.status).toBe(201);
    expect(connected.body).toMatchObject({
      ...{ position: 1, name: 'erp', provider: 'github', branch: '19.0', access: 'deploy_key', status: 'pending' },
      ...{ hostKeys: [], presentedHostKeys: [], username: null, lastSyncedAt: null },
    });
    expect(connected.text('repositoryUrl')).toMatch(/^ssh:\/\/git@github\.com(:22)?\/acme\/erp\.git$/);
    expect(connected.text('webhookSecret')).toMatch(/^[\w-]{43}$/);
    const parsed = ssh2.utils.parseKey(connected.text('deployKey'));
    expect(parsed instanceof Error ? parsed : parsed.type).toBe('ssh-ed25519');
    const id = connected.text('id');
    const shown = [
      await owner.get(place),
      await owner.get(`/repositories/${id}`),
      await owner.get('/audit-logs?action=repository.created'),
    ];
    const secret = connected.text('webhookSecret');
    expect(JSON.stringify(shown.map(({ body }) => body))).not.toContain(secret);
    const [row] = await ocore.sql<Record<string, string>>('SELECT * FROM repositories WHERE id = $1', [id]);
    expect(JSON.stringify(row)).not.toContain(secret);
    expect(JSON.stringify(row)).not.toContain('PRIVATE KEY');
    expect(refusal(await owner.post(place, { repositoryUrl: https }))).toEqual([
      409,
      'conflict',
      undefined,
      'one_repository',
    ]);
    expect((await owner.delete(place)).status).toBe(200);
    expect((await owner.get(place)).status).toBe(404);
  });

  it.for([
    ['https://github.com/acme/erp', 'github'],
    ['git@gitlab.com:acme/erp.git', 'gitlab'],
    ['https://gitlab.example.com/acme/erp.git', 'gitlab'],
    ['git@bitbucket.org:acme/erp.git', 'bitbucket'],
    ['ssh://git@codeberg.org/acme/erp.git', 'gitea'],
    ['https://gitea.example.com/acme/erp.git', 'gitea'],
    ['https://code.example.com/acme/erp.git', 'git'],
  ] as const)('takes %s as one of %s', async ([repositoryUrl, provider], { owner }) => {
    const answer = await owner.post(`/projects/${await project(owner)}/repositories`, { repositoryUrl });
    expect([answer.status, answer.at('provider')]).toEqual([201, provider]);
  });

  it.for([
    [{ repositoryUrl: 'ext::sh -c id' }, 'repositoryUrl'],
    [{ repositoryUrl: 'file:///etc' }, 'repositoryUrl'],
    [{ repositoryUrl: 'http://git.example.com/erp.git' }, 'repositoryUrl'],
    [{ repositoryUrl: '--upload-pack=id' }, 'repositoryUrl'],
    [{ repositoryUrl: 'https://user:secret@git.example.com/erp.git' }, 'repositoryUrl'],
    [{ repositoryUrl: https, branch: '-b' }, 'branch'],
    [{ repositoryUrl: https, branch: 'a..b' }, 'branch'],
    [{ repositoryUrl: https, branch: 'a b' }, 'branch'],
    [{ repositoryUrl: https, branch: 'x.lock' }, 'branch'],
    [{ repositoryUrl: https, access: 'deploy_key' }, 'access'],
    [{ repositoryUrl: https, access: 'token' }, 'token'],
    [{ repositoryUrl: https, username: 'me' }, 'username'],
    [{ repositoryUrl: https, token: 'two words' }, 'token'],
    [{ repositoryUrl: ssh, access: 'none' }, 'access'],
    [{ repositoryUrl: ssh, token: 'glpat-1' }, 'token'],
    [{ repositoryUrl: https, name: 'x'.repeat(101) }, 'name'],
  ] as const)('refuses %j because of %s', async ([body, field], { owner }) => {
    const answer = await owner.post(`/projects/${await project(owner)}/repositories`, body);
    expect(refusal(answer).slice(0, 3)).toEqual([400, 'validation_error', field]);
    expect(JSON.stringify(answer.body)).not.toContain('secret@');
  });

  it('is refused for an address that the operator denies, and in an archived project', async ({ owner }) => {
    const id = await project(owner);
    const internal = await owner.post(`/projects/${id}/repositories`, {
      repositoryUrl: 'https://169.254.169.254/latest',
    });
    expect(refusal(internal)).toEqual([422, 'destination_denied', 'repositoryUrl', 'destination']);
    await owner.post(`/projects/${id}/archive`);
    const archived = await owner.post(`/projects/${id}/repositories`, { repositoryUrl: https });
    expect(refusal(archived).slice(0, 2)).toEqual([409, 'invalid_state']);
  });

  it('takes each repository and each name once in a project', async ({ owner }) => {
    const { place } = await withRepositories(owner, 'erp');
    const again = (body: object) => owner.post(place, body).then(refusal);
    expect(await again({ repositoryUrl: ssh, name: 'other' })).toEqual([409, 'conflict', 'repositoryUrl', 'unique']);
    expect(await again({ repositoryUrl: 'git@git.example.com:other/erp.git' })).toEqual([
      409,
      'conflict',
      'name',
      'unique',
    ]);
  });
});

describe('the order', () => {
  it('is that of connecting until it is changed, and has no gaps', async ({ owner }) => {
    const { place, ids } = await withRepositories(owner, 'own', 'enterprise', 'oca', 'web');
    expect(await inOrder(owner, place)).toEqual(['1 own', '2 enterprise', '3 oca', '4 web']);
    expect((await owner.patch(`/repositories/${ids[2]}`, { position: 1 })).at('position')).toBe(1);
    expect(await inOrder(owner, place)).toEqual(['1 oca', '2 own', '3 enterprise', '4 web']);
    expect((await owner.patch(`/repositories/${ids[0]}`, { position: 9 })).at('position')).toBe(4);
    expect(await inOrder(owner, place)).toEqual(['1 oca', '2 enterprise', '3 web', '4 own']);
    await owner.delete(`/repositories/${ids[1]}`);
    expect(await inOrder(owner, place)).toEqual(['1 oca', '2 web', '3 own']);
    const names: string[] = [];
    for (let path: string | null = `${place}?limit=1`; path; ) {
      const page = await owner.get(path);
      names.push(page.text('data.0.name'));
      path = page.at('next_cursor') === null ? null : `${place}?limit=1&cursor=${page.text('next_cursor')}`;
    }
    expect(names).toEqual(['oca', 'web', 'own']);
    const back = await owner.graphql(
      `{ repositories(projectId: "${place.split('/')[2]}", last: 2) { nodes { name } pageInfo { hasPreviousPage } totalCount } }`,
    );
    expect(back.at('data.repositories')).toEqual({
      nodes: [{ name: 'web' }, { name: 'own' }],
      pageInfo: { hasPreviousPage: true },
      totalCount: 3,
    });
    expect((await owner.patch(`/repositories/${ids[0]}`, { position: 0 })).at('error.details.field')).toBe('position');
  });

  it('ends at 20 repositories', async ({ owner }) => {
    const { place } = await withRepositories(owner, ...Array.from({ length: 20 }, (_, index) => `r${index}`));
    expect(refusal(await owner.post(place, { repositoryUrl: ssh }))).toEqual([409, 'conflict', undefined, 'max']);
  });
});

describe('a change', () => {
  it('of the way to it makes it pending and forgets what was read there', async ({ ocore, owner }) => {
    const { ids } = await withRepositories(owner, 'erp');
    const path = `/repositories/${ids[0]}`;
    await presented(ocore, ids[0] ?? '', []);
    await ocore.sql(
      "UPDATE repositories SET status = 'valid', validated_at = now(), last_synced_at = now() WHERE id = $1",
      [ids[0]],
    );
    await ocore.sql(
      "INSERT INTO repository_refs (id, org_id, repository_id, kind, name, sha) SELECT gen_random_uuid(), org_id, id, 'branch', 'main', repeat('a', 40) FROM repositories WHERE id = $1",
      [ids[0]],
    );
    expect((await owner.patch(path, { name: 'ERP', branch: 'stable' })).body).toMatchObject({
      ...{ name: 'ERP', branch: 'stable', status: 'valid' },
      hostKeys: [{ type: 'ssh-ed25519' }],
    });
    expect((await owner.get(`${path}/branches`)).at('data.0.name')).toBe('main');
    expect((await owner.get(`${path}/sync/status`)).body).toMatchObject({ sha: null, branches: 1, tags: 0 });
    const moved = await owner.patch(path, { repositoryUrl: 'https://gitlab.com/acme/erp.git', token: 'glpat-1' });
    expect(moved.body).toMatchObject({
      ...{ access: 'token', provider: 'gitlab', status: 'pending', deployKey: null, hostKeys: [] },
      ...{ lastSyncedAt: null, validatedAt: null },
    });
    expect((await owner.get(`${path}/branches`)).at('data')).toEqual([]);
    // A token is not sent to a machine that it was not given for.
    expect(refusal(await owner.patch(path, { repositoryUrl: https }))).toEqual([
      400,
      'validation_error',
      'token',
      'required',
    ]);
    expect((await owner.patch(path, { repositoryUrl: 'https://gitlab.com/acme/other.git' })).at('access')).toBe(
      'token',
    );
    expect((await owner.patch(path, { repositoryUrl: ssh })).body).toMatchObject({
      access: 'deploy_key',
      username: null,
    });
    const [row] = await ocore.sql('SELECT token_enc FROM repositories WHERE id = $1', [ids[0]]);
    expect(row?.['token_enc']).toBe(null);
  });

  it('waits for what reads it', async ({ ocore, owner }) => {
    const { ids } = await withRepositories(owner, 'erp');
    const path = `/repositories/${ids[0]}`;
    const begun = await owner.post(`${path}/sync`);
    expect([begun.status, begun.at('status')]).toEqual([202, 'syncing']);
    expect((await owner.get(`${path}/sync/status`)).body).toMatchObject({
      status: 'syncing',
      operationId: begun.at('operationId'),
    });
    expect((await owner.post(`${path}/validate`)).at('error.code')).toBe('operation_in_progress');
    for (const change of [
      owner.patch(path, { repositoryUrl: https }),
      owner.delete(path),
      owner.post(`${path}/deploy-key`),
    ])
      expect(refusal(await change).slice(0, 2)).toEqual([409, 'invalid_state']);
    expect((await owner.patch(path, { name: 'Other' })).status).toBe(200);
    // What no worker began leaves it as it was.
    expect((await owner.post(`/operations/${begun.text('operationId')}/cancel`)).status).toBeLessThan(300);
    expect((await owner.get(path)).at('status')).toBe('pending');
    expect((await owner.delete(path)).status).toBe(200);
    await endOperations(ocore, ids[0] ?? '');
  });
});

describe('secrets', () => {
  it('are made anew on request', async ({ owner }) => {
    const { place, ids } = await withRepositories(owner, 'erp');
    const path = `/repositories/${ids[0]}`;
    const before = await owner.get(path);
    const key = await owner.post(`${path}/deploy-key`);
    expect(key.text('deployKey')).not.toBe(before.text('deployKey'));
    expect((await owner.get(path)).text('deployKey')).toBe(key.text('deployKey'));
    const first = await owner.post(`${path}/webhook-secret`);
    const second = await owner.post(`${path}/webhook-secret`);
    expect(first.text('webhookSecret')).not.toBe(second.text('webhookSecret'));
    expect((await owner.get(path)).at('webhookSecret')).toBe(undefined);
    const open = await owner.post(place, { repositoryUrl: 'https://git.example.com/acme/open.git' });
    expect(refusal(await owner.post(`/repositories/${open.text('id')}/deploy-key`)).slice(0, 2)).toEqual([
      409,
      'invalid_state',
    ]);
  });

  it('of a host are accepted one by one, when they changed', async ({ ocore, owner }) => {
    const { ids } = await withRepositories(owner, 'erp');
    const path = `/repositories/${ids[0]}/host-key`;
    const fingerprint = `SHA256:${'n'.repeat(43)}`;
    expect(refusal(await owner.post(path, { fingerprint })).slice(0, 2)).toEqual([409, 'invalid_state']);
    expect(refusal(await owner.post(path, { fingerprint: 'MD5:1' }))).toEqual([
      400,
      'validation_error',
      'fingerprint',
      'format',
    ]);
    await presented(ocore, ids[0] ?? '', [fingerprint, `SHA256:${'o'.repeat(43)}`]);
    expect(refusal(await owner.post(path, { fingerprint: `SHA256:${'x'.repeat(43)}` }))).toEqual([
      409,
      'conflict',
      'fingerprint',
      'presented',
    ]);
    const accepted = await owner.post(path, { fingerprint: `256 ${fingerprint} git.example.com (ED25519)` });
    expect([accepted.status, accepted.at('status')]).toEqual([202, 'syncing']);
    expect((await owner.get(`/repositories/${ids[0]}`)).body).toMatchObject({
      hostKeys: [{ fingerprint }],
      presentedHostKeys: [],
    });
    await endOperations(ocore, ids[0] ?? '');
  });
});

describe('who', () => {
  it('develops manages them, and who views sees them', async ({ ocore, owner }) => {
    const { place, ids } = await withRepositories(owner, 'erp');
    const developer = await ocore.member(owner, 'Developer');
    const viewer = await ocore.member(owner, 'Viewer');
    expect((await developer.patch(`/repositories/${ids[0]}`, { branch: 'dev' })).at('branch')).toBe('dev');
    expect((await viewer.get(place)).at('data.0.name')).toBe('erp');
    expect((await viewer.post(`/repositories/${ids[0]}/sync`)).at('error.code')).toBe('forbidden');
  });

  it('is limited to one project sees those of no other', async ({ ocore, owner }) => {
    const [mine, other] = [await withRepositories(owner, 'mine'), await withRepositories(owner, 'other')];
    const limited = await ocore.member(owner, 'Developer');
    await owner.put(`/members/${await owner.memberIdOf(limited.email)}/role`, {
      role: 'Developer',
      projectIds: [mine.place.split('/')[2]],
    });
    expect((await limited.patch(`/repositories/${mine.ids[0]}`, { branch: 'dev' })).status).toBe(200);
    for (const path of [other.place, `/repositories/${other.ids[0]}`, `/repositories/${other.ids[0]}/branches`])
      expect((await limited.get(path)).at('error.code')).toBe('not_found');
  });
});

it('keeps its project from being deleted', async ({ owner }) => {
  const { place, ids } = await withRepositories(owner, 'erp');
  const path = place.replace('/repositories', '');
  const refused = await owner.delete(path);
  expect([...refusal(refused).slice(0, 2), refused.at('error.details.repositories')]).toEqual([
    409,
    'conflict',
    ['erp'],
  ]);
  await owner.delete(`/repositories/${ids[0]}`);
  expect((await owner.delete(path)).status).toBe(200);
});
