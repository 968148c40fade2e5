import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { type Answer, Client } from '../kit/client.ts';
import { endOperations } from '../kit/fleet-rows.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';
import { type Host, sender } from '../push-webhooks/hosts.ts';
import { after, before, bitbucket, gitea, github, gitlab, none } from '../push-webhooks/payloads.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

const payloads: Readonly<Record<Host, object>> = { github, gitlab, gitea, bitbucket };
const names: readonly Host[] = ['github', 'gitlab', 'gitea', 'bitbucket'];
const newer = 'c'.repeat(40);

interface Repository {
  id: string;
  /** The path of its webhook. */
  path: string;
  secret: string;
}
interface Sent {
  id?: string;
  secret?: string;
  event?: string;
  headers?: Record<string, string>;
}

let base: Ocore;
let owner: Client;
let nobody: Client;
/** The owner of another organization, and a project of theirs. */
let stranger: Client;
let theirs: string;
let project: string;
let staging: string;
let made = 0;
let sent = 0;

it.beforeAll(async ({ ocore, owner: person }) => {
  base = ocore;
  owner = person;
  nobody = new Client(ocore.url, null, null);
  stranger = await ocore.owner('stranger');
  theirs = (await stranger.post('/projects', { name: 'Theirs' })).text('id');
});

/** The project of the next repositories, as many as one can have. */
async function nextProject(): Promise<void> {
  project = (await owner.post('/projects', { name: `ERP ${made}` })).text('id');
  const environment = { projectId: project, name: 'staging', type: 'staging' };
  staging = (await owner.post('/environments', environment)).text('id');
  await owner.post(`/projects/${project}/branch-mappings`, { branchPattern: 'main', environmentId: staging });
}

const others: Ocore[] = [];
afterAll(async () => {
  for (const one of others) await one.stop();
});
/** Another process of the same installation. */
async function beside(env: Record<string, string>): Promise<Ocore> {
  const one = await Ocore.start({ DATABASE_URL: base.running.databaseUrl, DATA_DIR: base.dir, ...env });
  others.push(one);
  return one;
}

/** A repository that nobody reaches. */
async function connected(provider: Host, by = owner, within?: string): Promise<Repository> {
  if (made % 20 === 0) await nextProject();
  made += 1;
  const url = `https://127.0.0.1:1/acme/erp-${made}.git`;
  const answer = await by.post(`/projects/${within ?? project}/repositories`, {
    ...{ repositoryUrl: url, provider, name: `erp-${made}` },
  });
  const path = new URL(answer.text('webhookUrl')).pathname;
  return { id: answer.text('id'), path, secret: answer.text('webhookSecret') };
}

/** What a host sends of a repository: each time another delivery, unless its id is given. */
function push(to: Repository, host: Host, payload: object | string, given: Sent = {}, client = nobody) {
  sent += 1;
  const { id = `delivery-${sent}`, secret = to.secret, event, headers = {} } = given;
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return client.request('POST', to.path, body, {
    ...sender(secret, id).hosts[host](Buffer.from(body), event),
    ...headers,
  });
}

const outcome = (answer: Answer): unknown[] => [answer.status, answer.at('status') ?? answer.at('error.code')];
const accepted = [202, 'accepted'];
const ignored = [202, 'ignored'];
const duplicate = [202, 'duplicate'];
const refused = [401, 'invalid_signature'];

const branches = async ({ id }: Repository): Promise<unknown> =>
  (await owner.get(`/repositories/${id}/branches`)).at('data');
/** What was told of it, the newest last. */
const told = (repository: Repository) =>
  base
    .sql<{ payload: unknown }>(
      "SELECT payload FROM outbox_events WHERE resource_id = $1 AND type = 'repository.pushed' ORDER BY id",
      [repository.id],
    )
    .then((rows) => rows.map(({ payload }) => payload));
const operations = (repository: Repository) =>
  base
    .sql<{ text: string }>("SELECT kind || ' ' || status AS text FROM operations WHERE resource_id = $1 ORDER BY id", [
      repository.id,
    ])
    .then((rows) => rows.map(({ text }) => text));
const isDue = async ({ id }: Repository): Promise<boolean> =>
  (await base.sql<{ due: boolean }>('SELECT sync_due_at IS NOT NULL AS due FROM repositories WHERE id = $1', [id]))[0]
    ?.due ?? false;

describe('a push', () => {
  it.for([
    ['github', 'ada'],
    ['gitlab', 'Ada Lovelace'],
    ['gitea', 'ada'],
    ['bitbucket', 'Ada Lovelace'],
  ] as const)('of %s is recorded, told and read', async ([host, pushedBy]) => {
    const repository = await connected(host);
    const answer = await push(repository, host, payloads[host], { id: `first of ${host}` });
    expect(outcome(answer)).toEqual(accepted);
    expect(answer.body).toEqual({ id: `first of ${host}`, status: 'accepted', message: expect.any(String) });
    expect(await branches(repository)).toEqual([{ name: 'main', sha: after }]);
    expect(await told(repository)).toEqual([{ branch: 'main', sha: after, before, environmentId: staging, pushedBy }]);
    expect(await operations(repository)).toEqual(['repository.sync queued']);
    expect((await owner.get(`/repositories/${repository.id}`)).at('status')).toBe('syncing');
  });

  it('is told as an event and in the audit log, as done by oCore', async () => {
    const repository = await connected('github');
    await push(repository, 'github', { ...github, ref: 'refs/heads/feature/x' });
    const event = await owner.get('/events?types=repository.pushed&sort=-created_at&limit=1');
    expect(event.at('data.0')).toMatchObject({
      ...{ resourceId: repository.id, projectId: project, actorType: 'system' },
      data: { branch: 'feature/x', environmentId: null },
    });
    const entry = await owner.get(`/audit-logs?action=repository.pushed&resource_id=${repository.id}`);
    expect(entry.at('data.0')).toMatchObject({
      ...{ actorType: 'system', ipAddress: '127.0.0.1', afterState: { branch: 'feature/x', sha: after } },
    });
  });

  it('goes to the URL that REST and GraphQL show', async () => {
    const { id, path } = await connected('github');
    const rest = (await owner.get(`/repositories/${id}`)).text('webhookUrl');
    expect(rest).toBe(`${base.url}${path}`);
    expect(path).toBe(`/api/webhooks/git/${id}`);
    expect((await owner.graphql(`{ repository(id: "${id}") { webhookUrl } }`)).at('data.repository')).toEqual({
      webhookUrl: rest,
    });
  });

  it('of many branches at once moves all of them and tells of 50', async () => {
    const repository = await connected('bitbucket');
    const target = { type: 'commit', hash: after };
    const changes = Array.from({ length: 60 }, (_, at) => ({
      old: null,
      new: { type: 'branch', name: `b${at}`, target },
    }));
    expect(outcome(await push(repository, 'bitbucket', { push: { changes } }))).toEqual(accepted);
    expect((await owner.get(`/repositories/${repository.id}/branches?limit=100`)).at('data')).toHaveLength(60);
    expect(await told(repository)).toHaveLength(50);
  });

  it('counts with the new webhook secret once there is one', async () => {
    const repository = await connected('gitlab');
    const secret = (await owner.post(`/repositories/${repository.id}/webhook-secret`)).text('webhookSecret');
    expect(outcome(await push(repository, 'gitlab', gitlab))).toEqual(refused);
    expect(outcome(await push(repository, 'gitlab', gitlab, { secret }))).toEqual(accepted);
  });
});

describe('what is ignored with its reason', () => {
  it.for([
    ['a branch that was deleted', { ...github, after: none }, 'push', 'The branch main was deleted'],
    ['a tag', { ...github, ref: 'refs/tags/v1' }, 'push', 'v1 is a tag: only branches are followed'],
    ['what is neither', { ...github, ref: 'refs/notes/commits' }, 'push', 'No branch was pushed'],
    [
      'a branch with a very long name',
      { ...github, ref: `refs/heads/${'n'.repeat(201)}` },
      'push',
      'The name of the branch is longer than 200 characters',
    ],
    ['the trial of a new webhook', { zen: 'Keep it simple.' }, 'ping', 'The webhook is set up: pushes will be taken'],
    ['another event', { action: 'opened' }, 'issues', 'Only pushes count'],
  ] as const)('%s', async ([, payload, event, message]) => {
    const repository = await connected('github');
    const answer = await push(repository, 'github', payload, { event });
    expect([...outcome(answer), answer.at('message')]).toEqual([...ignored, message]);
    expect(await branches(repository)).toEqual([]);
    expect(await told(repository)).toEqual([]);
    expect(await operations(repository)).toEqual([]);
  });

  it('what is pushed for an archived project', async () => {
    const resting = (await owner.post('/projects', { name: 'Resting' })).text('id');
    const repository = await connected('github', owner, resting);
    await owner.post(`/projects/${resting}/archive`);
    const answer = await push(repository, 'github', github);
    expect([...outcome(answer), answer.at('message')]).toEqual([...ignored, 'The project is archived']);
    expect(await operations(repository)).toEqual([]);
  });
});

describe('what comes twice', () => {
  it('as the same delivery is a duplicate, whatever it says', async () => {
    const repository = await connected('github');
    const id = 'one-and-the-same';
    expect(outcome(await push(repository, 'github', github, { id }))).toEqual(accepted);
    expect(outcome(await push(repository, 'github', github, { id }))).toEqual(duplicate);
    const other = { ...github, before: after, after: newer };
    expect(outcome(await push(repository, 'github', other, { id }))).toEqual(duplicate);
    expect(await branches(repository)).toEqual([{ name: 'main', sha: after }]);
    expect(await told(repository)).toHaveLength(1);
    // Of another repository it is another delivery.
    const second = await connected('github');
    expect(outcome(await push(second, 'github', github, { id }))).toEqual(accepted);
  });

  it('at the same time counts once', async () => {
    const repository = await connected('github');
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => push(repository, 'github', github, { id: 'at-once' })),
    );
    expect(answers.map((answer) => answer.at('status')).sort()).toEqual([
      'accepted',
      'duplicate',
      'duplicate',
      'duplicate',
    ]);
    expect(await told(repository)).toHaveLength(1);
  });

  it('under another id, which nothing signs, moves no branch back', async () => {
    const repository = await connected('gitlab');
    const back = { ...gitlab, before: after, after: before };
    expect(outcome(await push(repository, 'gitlab', gitlab))).toEqual(accepted);
    expect(outcome(await push(repository, 'gitlab', gitlab))).toEqual(duplicate);
    expect(outcome(await push(repository, 'gitlab', back))).toEqual(accepted);
    // There and back and there again is no replay, though it has the same body.
    expect(outcome(await push(repository, 'gitlab', gitlab))).toEqual(accepted);
    expect(outcome(await push(repository, 'gitlab', { ...gitlab, before: after, after: newer }))).toEqual(accepted);
    expect(outcome(await push(repository, 'gitlab', gitlab))).toEqual(duplicate);
    expect(await branches(repository)).toEqual([{ name: 'main', sha: newer }]);
    expect(await told(repository)).toHaveLength(4);
  });
});

describe('synchronizations after pushes', () => {
  it('are one for two pushes, and the newest commit wins', async () => {
    const repository = await connected('gitea');
    expect(outcome(await push(repository, 'gitea', gitea))).toEqual(accepted);
    expect(outcome(await push(repository, 'gitea', { ...gitea, before: after, after: newer }))).toEqual(accepted);
    expect(await branches(repository)).toEqual([{ name: 'main', sha: newer }]);
    expect(await told(repository)).toMatchObject([{ sha: after }, { sha: newer, before: after }]);
    expect(await operations(repository)).toEqual(['repository.sync queued']);
    expect(await isDue(repository)).toBe(false);
  });

  it('are one for pushes and a request at the same time', async () => {
    const repository = await connected('github');
    const requests = Array.from({ length: 3 }, (_, at) =>
      push(repository, 'github', { ...github, after: `${at + 1}`.repeat(40) }),
    );
    const synced = await owner.post(`/repositories/${repository.id}/sync`);
    expect([202, 409]).toContain(synced.status);
    expect((await Promise.all(requests)).map(outcome)).toEqual([accepted, accepted, accepted]);
    expect(await operations(repository)).toEqual(['repository.sync queued']);
  });

  it.for([
    ['repository.sync', '/sync', 'running'],
    ['repository.validate', '/validate', 'queued'],
  ] as const)('follow an operation that reads nothing of it: %s', async ([kind, path, status]) => {
    const repository = await connected('github');
    await owner.post(`/repositories/${repository.id}${path}`);
    await base.sql('UPDATE operations SET status = $2::operation_status WHERE resource_id = $1', [
      repository.id,
      status,
    ]);
    expect(outcome(await push(repository, 'github', github))).toEqual(accepted);
    expect(await operations(repository)).toEqual([`${kind} ${status}`]);
    expect(await isDue(repository)).toBe(true);
    // One that is requested meanwhile is enough.
    await endOperations(base, repository.id);
    expect((await owner.post(`/repositories/${repository.id}/sync`)).status).toBe(202);
    expect(await isDue(repository)).toBe(false);
    await endOperations(base, repository.id);
  });
});

describe('without the secret of the repository', () => {
  const errorOf = (answer: Answer): unknown[] => [
    ...outcome(answer),
    answer.at('error.message'),
    answer.at('error.details'),
    answer.headers.get('www-authenticate'),
  ];
  const unknown = (id: string): Repository => ({ id, path: `/api/webhooks/git/${id}`, secret: 'a secret' });

  it.for(names)('%s is refused like a repository that is not there', async (host) => {
    const repository = await connected(host);
    const sibling = await connected(host);
    const foreign = await connected(host, stranger, theirs);
    const missing = errorOf(await push(unknown('0197b2aa-4c11-7f3e-8d52-6b9e0f1a2c3d'), host, payloads[host]));
    expect(missing.slice(0, 2)).toEqual(refused);
    expect(missing[3]).toMatchObject({ reason: 'mismatch' });
    for (const secret of ['forged', sibling.secret, foreign.secret])
      expect(errorOf(await push(repository, host, payloads[host], { secret }))).toEqual(missing);
    expect(errorOf(await push(unknown('nothing'), host, payloads[host]))).toEqual(missing);
    expect(await branches(repository)).toEqual([]);
    expect(await operations(repository)).toEqual([]);
    // What another organization is pushed is nothing of this one.
    expect(outcome(await push(foreign, host, payloads[host]))).toEqual(accepted);
    expect((await owner.get(`/repositories/${foreign.id}`)).at('error.code')).toBe('not_found');
    const seen = await owner.get('/events?types=repository.pushed&limit=100&sort=-created_at');
    expect(JSON.stringify(seen.body)).not.toContain(foreign.id);
  });

  it('is refused with SHA-1, without a signature, and with that of another host, as if it were not there', async () => {
    const repository = await connected('github');
    const nowhere = unknown('0197b2aa-4c11-7f3e-8d52-6b9e0f1a2c3d');
    const { secret } = repository;
    const body = Buffer.from(JSON.stringify(github));
    const { hosts, hmac } = sender(secret, 'weak');
    const { 'x-hub-signature-256': strong = '', ...weak } = hosts.github(body);
    const attempts: readonly Record<string, string>[] = [
      weak,
      { ...weak, 'x-hub-signature-256': `sha1=${hmac(body, 'sha1')}` },
      { ...weak, 'x-hub-signature-256': strong.toUpperCase() },
      { 'x-github-event': 'push', 'x-github-delivery': 'bare' },
      hosts.gitlab(body),
      hosts.bitbucket(body),
      {},
    ];
    for (const headers of attempts) {
      const [known, gone] = await Promise.all(
        [repository, nowhere].map(({ path }) => nobody.request('POST', path, body.toString(), headers)),
      );
      expect(known && errorOf(known)).toEqual(gone && errorOf(gone));
      expect(known && outcome(known)).toEqual(refused);
    }
    expect(await branches(repository)).toEqual([]);
  });

  it('is refused for one byte more, and nothing of it is recorded', async () => {
    const repository = await connected('github');
    const body = JSON.stringify(github);
    const headers = sender(repository.secret, 'changed').hosts.github(Buffer.from(body));
    expect(outcome(await nobody.request('POST', repository.path, `${body} `, headers))).toEqual(refused);
    // The same delivery as its host sent it.
    expect(outcome(await nobody.request('POST', repository.path, body, headers))).toEqual(accepted);
  });
});

describe('what is no delivery', () => {
  it('is refused by its size, known repository or not', async () => {
    const repository = await connected('github');
    const body = JSON.stringify(github);
    const most = `${body}${' '.repeat(1024 ** 2 - Buffer.byteLength(body))}`;
    expect(outcome(await push(repository, 'github', `${most} `))).toEqual([413, 'payload_too_large']);
    const path = repository.path.replace(repository.id, 'nothing');
    expect(outcome(await push({ ...repository, path }, 'github', `${most} `))).toEqual([413, 'payload_too_large']);
    expect(outcome(await push(repository, 'github', most))).toEqual(accepted);
  });

  it.for([
    ['JSON that is none', '{', {}, [400, 'invalid_json']],
    ['a commit that is none', JSON.stringify({ ...github, after: 'x' }), {}, [400, 'validation_error']],
    ['no id', JSON.stringify(github), { 'x-github-delivery': '' }, [400, 'bad_request']],
    ['a compressed body', JSON.stringify(github), { 'content-encoding': 'gzip' }, [415, 'unsupported_media_type']],
  ] as const)('is refused for %s', async ([, body, headers, expected]) => {
    const repository = await connected('github');
    expect(outcome(await push(repository, 'github', body, { headers }))).toEqual(expected);
    expect(await operations(repository)).toEqual([]);
  });

  it('is refused with another method', async () => {
    const { path } = await connected('github');
    const answer = await nobody.request('GET', path);
    expect([...outcome(answer), answer.headers.get('allow')]).toEqual([405, 'method_not_allowed', 'POST, OPTIONS']);
  });

  it('is refused once there were too many from the address', async () => {
    const repository = await connected('github');
    const strict = await beside({ OCORE_ROLE: 'gateway', RATE_LIMIT_ANONYMOUS: '2' });
    const client = new Client(strict.url, null, null);
    // Six, for a minute may begin in between.
    const answers: unknown[] = [];
    for (let at = 0; at < 6; at += 1) answers.push(outcome(await push(repository, 'github', github, {}, client)));
    expect(answers).toContainEqual([429, 'rate_limit_exceeded']);
  });
});

describe('what the installation decides', () => {
  it('keeps pushes out during maintenance', async () => {
    const repository = await connected('github');
    await owner.patch('/admin/settings', { maintenance: true });
    expect(outcome(await push(repository, 'github', github, { id: 'in-between' }))).toEqual([503, 'maintenance']);
    await owner.patch('/admin/settings', { maintenance: false });
    expect(outcome(await push(repository, 'github', github, { id: 'in-between' }))).toEqual(accepted);
  });

  it('keeps those of a deactivated organization out', async () => {
    const repository = await connected('github', stranger, theirs);
    const org = (await stranger.get('/org')).text('id');
    await owner.post(`/admin/orgs/${org}/deactivate`);
    expect(outcome(await push(repository, 'github', github))).toEqual([403, 'organization_deactivated']);
    // Only who proves to be its host learns that.
    expect(outcome(await push(repository, 'github', github, { secret: 'forged' }))).toEqual(refused);
    expect(await operations(repository)).toEqual([]);
  });
});

describe('what is kept', () => {
  const deliveries = async ({ id }: Repository): Promise<unknown[]> =>
    (
      await base.sql<{ text: string }>('SELECT delivery_id AS text FROM push_deliveries WHERE repository_id = $1', [id])
    ).map(({ text }) => text);

  it('of deliveries goes with their repository', async () => {
    const repository = await connected('github');
    await push(repository, 'github', github, { id: 'kept' });
    expect(await deliveries(repository)).toEqual(['kept']);
    await endOperations(base, repository.id);
    await base.sql("UPDATE repositories SET status = 'valid' WHERE id = $1", [repository.id]);
    expect((await owner.delete(`/repositories/${repository.id}`)).status).toBe(200);
    expect(await deliveries(repository)).toEqual([]);
    expect(outcome(await push(repository, 'github', github))).toEqual(refused);
  });

  it('ends after 30 days, caches with their repository; and what is due is read then', async () => {
    const repository = await connected('github');
    await push(repository, 'github', github, { id: 'old' });
    await push(repository, 'github', { ...github, ref: 'refs/heads/x' }, { id: 'young' });
    await endOperations(base, repository.id);
    const lately = (days: number, id: string) =>
      base.sql(
        'UPDATE push_deliveries SET received_at = now() - make_interval(days => $1) WHERE delivery_id = $2 AND repository_id = $3',
        [days, id, repository.id],
      );
    await lately(31, 'old');
    await lately(29, 'young');
    await base.sql("UPDATE repositories SET status = 'valid', sync_due_at = now() WHERE id = $1", [repository.id]);
    const gone = join(base.dir, 'git', '0197b2aa-4c11-7f3e-8d52-6b9e0f1a2c3d');
    const there = join(base.dir, 'git', repository.id);
    for (const one of [gone, there]) await mkdir(one, { recursive: true });
    await beside({ OCORE_ROLE: 'worker' });
    await expect.poll(() => deliveries(repository), { timeout: 10_000 }).toEqual(['young']);
    await expect.poll(() => operations(repository), { timeout: 10_000 }).toHaveLength(2);
    expect((await operations(repository))[1]).toMatch(/^repository\.sync /);
    expect(await isDue(repository)).toBe(false);
    await expect.poll(() => access(gone).catch(() => 'gone'), { timeout: 10_000 }).toBe('gone');
    await access(there);
  });
});
