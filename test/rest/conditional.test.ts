import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type Answer, Client } from '../kit/client.ts';
import { at, document } from '../kit/contract.ts';
import { it } from '../kit/fixtures.ts';
import { GatewayProcess } from '../kit/gateway.ts';
import { holding, until, waiting } from '../kit/holding.ts';
import { fillInstances } from '../kit/rows.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

it.beforeAll(async ({ ocore, owner }) => {
  await fillInstances(ocore, owner.org ?? '', 1);
});

const etagOf = (answer: Answer): string => answer.headers.get('etag') ?? 'none';
const patch = (client: Client, path: string, etag: string, body: unknown): Promise<Answer> =>
  client.request('PATCH', `/api${path}`, body, { 'if-match': etag });

describe('ETag and If-None-Match', () => {
  it('spare what the client has', async ({ owner }) => {
    const path = `/projects/${(await owner.post('/projects', { name: 'Cached' })).text('id')}`;
    const first = await owner.get(path);
    expect(etagOf(first)).toMatch(/^"[\w-]+"$/);
    const again = await owner.request('GET', `/api${path}`, undefined, {
      'if-none-match': `"other", W/${etagOf(first)}`,
    });
    expect([again.status, again.body, etagOf(again), again.headers.get('x-ocore-version')]).toEqual([
      304,
      '',
      etagOf(first),
      first.headers.get('x-ocore-version'),
    ]);
    await owner.patch(path, { name: 'Changed' });
    const changed = await owner.request('GET', `/api${path}`, undefined, { 'if-none-match': etagOf(first) });
    expect([changed.status, changed.at('name')]).toEqual([200, 'Changed']);
    expect(etagOf(changed)).not.toBe(etagOf(first));
  });

  it('work on lists, and stay private to who asked', async ({ owner }) => {
    const list = await owner.get('/projects');
    expect((await owner.request('GET', '/api/projects', undefined, { 'if-none-match': etagOf(list) })).status).toBe(
      304,
    );
    expect([list.headers.get('cache-control'), list.headers.get('vary')]).toEqual([
      'private, no-cache',
      expect.stringMatching(/Authorization, Cookie, X-Org-Slug/),
    ]);
    expect((await owner.post('/projects', { name: 'Not kept' })).headers.get('cache-control')).toBe('no-store');
  });

  it('differ by encoding, and each of them is known by all conditions', async ({ owner }) => {
    for (let index = 0; index < 12; index += 1)
      await owner.post('/projects', { name: `Long ${index}`, description: 'x'.repeat(1900) });
    const plain = await owner.request('GET', '/api/projects?limit=100', undefined, { 'accept-encoding': 'identity' });
    const packed = await owner.request('GET', '/api/projects?limit=100', undefined, { 'accept-encoding': 'gzip' });
    expect([plain.headers.get('content-encoding'), packed.headers.get('content-encoding')]).toEqual([null, 'gzip']);
    expect(packed.body).toEqual(plain.body);
    expect(etagOf(packed)).toBe(`${etagOf(plain).slice(0, -1)}+gzip"`);
    for (const etag of [etagOf(plain), etagOf(packed)]) {
      const again = await owner.request('GET', '/api/projects?limit=100', undefined, { 'if-none-match': etag });
      expect([again.status, etagOf(again)]).toEqual([304, etag]);
    }
    const path = `/projects/${plain.text('data.0.id')}`;
    const seen = etagOf(await owner.get(path));
    expect((await patch(owner, path, `${seen.slice(0, -1)}+gzip"`, { name: 'Seen compressed' })).status).toBe(200);
  });
});

describe('If-Match', () => {
  it('changes only what the client has seen', async ({ owner }) => {
    const path = `/projects/${(await owner.post('/projects', { name: 'Ours' })).text('id')}`;
    const seen = etagOf(await owner.get(path));
    expect((await patch(owner, path, seen, { name: 'Hers' })).status).toBe(200);
    const late = await patch(owner, path, seen, { name: 'His' });
    expect([late.status, late.at('error.code'), late.at('error.details.current')]).toEqual([
      412,
      'precondition_failed',
      etagOf(await owner.get(path)),
    ]);
    expect((await owner.get(path)).at('name')).toBe('Hers');
    expect((await patch(owner, path, late.text('error.details.current'), { name: 'His' })).status).toBe(200);
    expect((await owner.request('DELETE', `/api${path}`, undefined, { 'if-match': seen })).status).toBe(412);
    expect((await patch(owner, path, `W/${etagOf(await owner.get(path))}`, { name: 'Weak' })).status).toBe(412);
    expect((await owner.request('DELETE', `/api${path}`, undefined, { 'if-match': '*' })).status).toBe(200);
    expect((await patch(owner, path, '*', { name: 'Gone' })).status).toBe(404);
  });

  it('lets one of many at once through, on two processes', async ({ ocore, owner }) => {
    const second = await GatewayProcess.start(ocore, { DB_POOL_MAX_CONNS: '4' });
    try {
      const path = `/projects/${(await owner.post('/projects', { name: 'Raced' })).text('id')}`;
      const seen = etagOf(await owner.get(path));
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          patch(index % 2 ? owner : second.client(owner), path, seen, { name: `Racer ${index}` }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
    } finally {
      await second.kill();
    }
  });

  it('has one line for a resource, whatever organization a caller names beside it', async ({ ocore, owner }) => {
    const raced = async (path: string, callers: readonly Client[], body: (index: number) => unknown): Promise<void> => {
      const [reader] = callers;
      if (!reader) throw new Error('Nobody asks');
      const seen = etagOf(await reader.get(path));
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          patch(callers[index % callers.length] ?? reader, path, seen, body(index)),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
    };
    const bare = new Client(owner.url, owner.token, null);
    await raced('/user', [owner, bare], (index) => ({ name: `Name ${index}` }));
    const other = await ocore.owner('second-administrator');
    await ocore.sql('UPDATE users SET is_admin = true WHERE email = ANY($1)', [[owner.email, other.email]]);
    for (const { email } of [owner, other]) await ocore.strengthen(email);
    // Each of them changes what both have seen.
    await owner.patch('/admin/settings', { signupOpen: false });
    await raced('/admin/settings', [owner, other], () => ({ signupOpen: true }));
  });

  it('has one line for a resource, however its path is written', async ({ ocore, owner }) => {
    const id = (await owner.post('/projects', { name: 'Spelled' })).text('id');
    const seen = etagOf(await owner.get(`/projects/${id}`));
    await holding(ocore, 'SELECT 1 FROM projects WHERE id = $1 FOR UPDATE', [id], async (release) => {
      const answers = [
        `/projects/${id}`,
        `/projects/${id}/`,
        `/projects/%${id.charCodeAt(0).toString(16)}${id.slice(1)}`,
        `/projects/${id.toUpperCase()}`,
      ].map((path, index) => patch(owner, path, seen, { name: `Spelling ${index}` }));
      await until(async () => (await waiting(ocore)) === 4);
      await release();
      expect((await Promise.all(answers)).map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    });
  });

  it('does not mind new readings, only changes', async ({ ocore, owner }) => {
    const id = (await owner.get('/servers')).text('data.0.id');
    const before = await owner.get(`/servers/${id}`);
    await ocore.sql('UPDATE servers SET last_seen_at = now(), disk_available_bytes = 7 WHERE id = $1', [id]);
    const after = await owner.get(`/servers/${id}`);
    expect([after.at('diskAvailableBytes'), etagOf(after) === etagOf(before)]).toEqual([7, false]);
    expect((await patch(owner, `/servers/${id}`, etagOf(before), { description: 'Seen' })).status).toBe(200);
    expect((await patch(owner, `/servers/${id}`, etagOf(after), { description: 'Seen again' })).status).toBe(412);
  });

  it('is refused where nothing has an ETag, rather than passed over', async ({ owner }) => {
    const answer = await owner.request('POST', '/api/projects', { name: 'Unseen' }, { 'if-match': '"x"' });
    expect([answer.status, answer.at('error.details.field'), answer.at('error.details.constraint')]).toEqual([
      400,
      'If-Match',
      'not_supported',
    ]);
  });

  it('is told of each route that has it, and of each that has not', async () => {
    const guide = await readFile(join(import.meta.dirname, '../../docs/site/guides/conditional-requests.md'), 'utf8');
    const without = [...guide.matchAll(/^- `(PUT|PATCH|DELETE) \/api(\/\S+)`$/gm)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    const changes = Object.entries(at(document, 'paths')).flatMap(([path, item]) =>
      ['put', 'patch', 'delete'].flatMap((method) =>
        at(item, method)['responses'] === undefined
          ? []
          : [{ name: `${method.toUpperCase()} ${path}`, parameters: JSON.stringify(at(item, method)['parameters']) }],
      ),
    );
    const refusing = changes.filter(({ parameters }) => !parameters.includes('/IfMatch"')).map(({ name }) => name);
    expect(without.sort()).toEqual(refusing.sort());
    expect(changes.length).toBeGreaterThan(refusing.length + 10);
  });

  it('comes before the change and after the replay', async ({ owner }) => {
    const path = `/projects/${(await owner.post('/projects', { name: 'Both' })).text('id')}`;
    const headers = { 'if-match': etagOf(await owner.get(path)), 'idempotency-key': 'both-of-them' };
    const first = await owner.request('PATCH', `/api${path}`, { name: 'Once' }, headers);
    const again = await owner.request('PATCH', `/api${path}`, { name: 'Once' }, headers);
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 200, 'true']);
  });
});
