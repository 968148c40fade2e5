import { describe, expect } from 'vitest';
import { type Answer, Client } from '../kit/client.ts';
import { type Fixtures, it } from '../kit/fixtures.ts';
import { fillInstances } from '../kit/rows.ts';

let stranger: Client;

// After the owner, who is the administrator as the first account.
it.beforeAll(async ({ ocore, owner: _first }) => {
  stranger = await ocore.owner('stranger');
});

describe('errors', () => {
  it('names every wrong field, and never the values', async ({ owner }) => {
    const answer = await owner.post('/auth/login', { email: 7, secret: 'do-not-quote-me' });
    expect(answer.status).toBe(400);
    expect(answer.at('error.code')).toBe('validation_error');
    expect(answer.at('error.details.errors')).toEqual([
      { field: 'email', constraint: 'type', message: 'email must be a text' },
      { field: 'password', constraint: 'required', message: 'password is required' },
      {
        field: 'secret',
        constraint: 'unknown_field',
        message: expect.stringMatching(/^secret is not a field of this request/),
      },
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('do-not-quote-me');
  });

  it.for<[what: string, send: (fixtures: Fixtures) => Promise<Answer>, status: number, code: string]>([
    ['a wrong token', ({ ocore }) => new Client(ocore.url, 'nonsense', null).get('/servers'), 401, 'unauthenticated'],
    ['no token', ({ ocore }) => new Client(ocore.url, null, null).get('/servers'), 401, 'unauthenticated'],
    [
      'no organization',
      ({ ocore, owner }) => new Client(ocore.url, owner.token, null).get('/servers'),
      400,
      'bad_request',
    ],
    [
      'another organization',
      ({ ocore, owner }) => new Client(ocore.url, owner.token, stranger.org).get('/servers'),
      404,
      'not_found',
    ],
    ['an unknown id', ({ owner }) => owner.get('/servers/0197a1f0-0000-7000-8000-000000000000'), 404, 'not_found'],
    ['a malformed id', ({ owner }) => owner.get('/servers/1%27%3B--'), 404, 'not_found'],
    ['an unknown route', ({ owner }) => owner.get('/nothing'), 404, 'not_found'],
    ['a wrong method', ({ owner }) => owner.request('PUT', '/api/servers', {}), 405, 'method_not_allowed'],
    ['broken JSON', ({ owner }) => owner.post('/projects', '{"name":'), 400, 'invalid_json'],
    [
      'another content type',
      ({ owner }) =>
        owner.request('POST', '/api/projects', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'unsupported_media_type',
    ],
    [
      'a body that is too large',
      ({ owner }) => owner.post('/projects', { name: 'x'.repeat(2 ** 20 + 1) }),
      413,
      'payload_too_large',
    ],
    ['a wrong cursor', ({ owner }) => owner.get('/projects?cursor=xyz'), 400, 'invalid_cursor'],
    ['a wrong limit', ({ owner }) => owner.get('/projects?limit=101'), 400, 'validation_error'],
    ['an unknown parameter', ({ owner }) => owner.get('/projects?page=2'), 400, 'validation_error'],
  ])('answers %s as documented', async ([_what, send, status, code], { ocore, owner }) => {
    const answer = await send({ ocore, owner });
    expect([answer.status, answer.at('error.code')]).toEqual([status, code]);
    expect(answer.text('error.message').length).toBeGreaterThan(5);
    expect(answer.at('error.request_id')).toBe(answer.headers.get('x-request-id'));
  });

  it('has the same code in GraphQL', async ({ owner }) => {
    const answer = await owner.graphql('{ server(id: "0197a1f0-0000-7000-8000-000000000000") { id } }');
    expect(answer.at('errors.0.extensions.code')).toBe('not_found');
  });
});

describe('projects and environments', () => {
  it('are listed in pages that lose and repeat nothing', async () => {
    for (let index = 0; index < 5; index += 1) await stranger.post('/projects', { name: `Project ${index}` });
    const names: unknown[] = [];
    let path: string | null = '/projects?limit=2';
    while (path) {
      const page: Awaited<ReturnType<Client['get']>> = await stranger.get(path);
      for (let index = 0; page.at(`data.${index}`); index += 1) names.push(page.at(`data.${index}.name`));
      expect(page.at('has_more')).toBe(page.at('next_cursor') !== null);
      path = page.at('has_more') === true ? `/projects?limit=2&cursor=${page.text('next_cursor')}` : null;
    }
    expect(names).toEqual(['Project 4', 'Project 3', 'Project 2', 'Project 1', 'Project 0']);
  });

  it('keep one production environment, protected, whose type never changes', async ({ owner }) => {
    const project = await owner.post('/projects', { name: 'ERP' });
    expect(project.status).toBe(201);
    const unprotected = await owner.post('/environments', {
      projectId: project.text('id'),
      name: 'live',
      type: 'production',
      deletionProtected: false,
    });
    expect([
      unprotected.status,
      unprotected.at('error.details.errors.0.field'),
      unprotected.at('error.details.errors.0.constraint'),
    ]).toEqual([400, 'deletionProtected', 'production']);
    const production = await owner.post('/environments', {
      projectId: project.text('id'),
      name: 'live',
      type: 'production',
    });
    expect(production.at('deletionProtected')).toBe(true);
    const second = await owner.post('/environments', {
      projectId: project.text('id'),
      name: 'live2',
      type: 'production',
    });
    expect([second.status, second.at('error.details.constraint')]).toEqual([409, 'one_production']);
    expect(
      (await owner.patch(`/environments/${production.text('id')}`, { type: 'staging' })).at('error.details.constraint'),
    ).toBe('unknown_field');
    expect((await owner.delete(`/environments/${production.text('id')}`)).status).toBe(409);
    expect((await owner.delete(`/projects/${project.text('id')}`)).status).toBe(409);
    expect((await stranger.get(`/environments/${production.text('id')}`)).status).toBe(404);
    expect(
      (await stranger.post('/environments', { projectId: project.text('id'), name: 'theirs', type: 'staging' })).status,
    ).toBe(404);
  });

  it('delete no instance under a wrong name, also where none is needed', async ({ ocore }) => {
    await fillInstances(ocore, stranger.org ?? '', 1);
    const id = (await stranger.get('/instances')).text('data.0.id');
    const wrong = await stranger.delete(`/instances/${id}`, { confirmName: 'Instance 2' });
    expect([
      wrong.status,
      wrong.at('error.details.field'),
      (await stranger.get(`/instances/${id}`)).at('status'),
    ]).toEqual([422, 'confirmName', 'running']);
    // Its name is needed in production, whatever its own protection.
    await ocore.sql('UPDATE instances SET deletion_protected = false WHERE id = $1', [id]);
    await ocore.sql(
      "UPDATE environments SET type = 'production' WHERE id = (SELECT environment_id FROM instances WHERE id = $1)",
      [id],
    );
    const unnamed = await stranger.delete(`/instances/${id}`, {});
    expect([unnamed.status, unnamed.at('error.details.field')]).toEqual([422, 'confirmName']);
    expect((await stranger.delete(`/instances/${id}`, { confirmName: 'Instance 1' })).status).toBe(202);
  });

  it('leave an audit entry and an outbox event for each change', async ({ ocore, owner }) => {
    const project = await owner.post('/projects', { name: 'Audited' });
    const rows = await ocore.sql<{ audit: string; outbox: string; same: boolean }>(
      'SELECT a.action AS audit, o.type AS outbox, a.request_id = o.request_id AS same FROM audit_entries a JOIN outbox_events o ON o.resource_id = a.resource_id WHERE a.resource_id = $1',
      [project.at('id')],
    );
    expect(rows).toEqual([{ audit: 'project.created', outbox: 'project.created', same: true }]);
  });
});
