import { beforeEach, describe, expect } from 'vitest';
import { z } from 'zod';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { addInstance, cleared, deployed, nobody, refusal, sha, type Stage, stageOf } from './stage.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let stage: Stage;
let control: Ocore;
let by: Client;
let staging: { environmentId: string; instanceId: string };

it.beforeAll(async ({ ocore, owner }) => {
  stage = await stageOf(ocore, owner);
  staging = await addInstance(ocore, owner, stage, 'staging');
  control = ocore;
  by = owner;
});
beforeEach(async () => {
  await cleared(control, stage.INSTANCE_ID);
  await cleared(control, staging.instanceId);
});

const rows = z.object({ data: z.array(z.object({ id: z.string() })) });
const idsOf = (answer: Answer): string[] => rows.parse(answer.body).data.map(({ id }) => id);
const list = async (path: string): Promise<string[]> => idsOf(await by.get(path));
const ofProject = (query = ''): Promise<string[]> => list(`/projects/${stage.PROJECT_ID}/deployments${query}`);

describe('the list', () => {
  it('has the newest first, of a project, an environment or all, and no dry runs unless they are asked for', async () => {
    const one = await deployed(control, stage.INSTANCE_ID);
    const two = await deployed(control, staging.instanceId, { status: 'failed', trigger: 'push' });
    const three = await deployed(control, stage.INSTANCE_ID, { status: 'rolled_back', trigger: 'rollback' });
    const dry = await deployed(control, stage.INSTANCE_ID, { dry_run: true });
    expect(await ofProject()).toEqual([three, two, one]);
    expect(await list('/deployments')).toEqual([three, two, one]);
    expect(await list(`/deployments?project_id=${nobody}`)).toEqual([]);
    expect(await list(`/environments/${staging.environmentId}/deployments`)).toEqual([two]);
    expect(await ofProject(`?environment_id=${stage.ENVIRONMENT_ID}`)).toEqual([three, one]);
    expect(await ofProject(`?instance_id=${staging.instanceId}`)).toEqual([two]);
    expect(await ofProject('?status=failed,rolled_back')).toEqual([three, two]);
    expect(await ofProject('?trigger=push&trigger=manual')).toEqual([two, one]);
    expect(await ofProject('?dry_run=true')).toEqual([dry]);
    const page = await by.get(`/projects/${stage.PROJECT_ID}/deployments?limit=2&include_total=true`);
    expect([page.at('has_more'), page.at('total_count')]).toEqual([true, 3]);
    expect(await ofProject(`?limit=2&cursor=${page.text('next_cursor')}`)).toEqual([one]);
    expect(refusal(await by.get('/deployments?status=done')).slice(0, 3)).toEqual([400, 'validation_error', 'status']);
    for (const path of [`/projects/${nobody}/deployments`, `/environments/${nobody}/deployments`])
      expect(refusal(await by.get(path)).slice(0, 2)).toEqual([404, 'not_found']);
  });

  it('has those of instances that are gone', async () => {
    const id = await deployed(control, staging.instanceId, { instance_id: nobody });
    expect((await by.get(`/deployments/${id}`)).body).toMatchObject({ instanceId: nobody, serving: false });
    expect(await ofProject()).toEqual([id]);
    await control.sql('DELETE FROM deployments WHERE id = $1', [id]);
    const last = await deployed(control, staging.instanceId);
    await control.sql("UPDATE instances SET deployment_id = $2, status = 'removed' WHERE id = $1", [
      ...[staging.instanceId, last],
    ]);
    expect((await by.get(`/deployments/${last}`)).at('serving')).toBe(false);
  });
});

describe('a deployment', () => {
  const source = (digit: string, more: object = {}) => ({
    ...{ repositoryId: stage.repository, name: 'erp', url: 'ssh://git@github.com/acme/erp.git', provider: 'github' },
    ...{ position: 1, ref: 'main', sha: sha(digit), subject: 'Change', author: 'Ada', at: '2026-11-24T09:30:00.000Z' },
    ...more,
  });

  it('shows what it is made of, what it changes, and where its host compares it with the one before', async () => {
    const before = await deployed(control, stage.INSTANCE_ID, { sources: [source('a')] });
    const module = { name: 'acme', repositoryId: stage.repository, change: 'update', fromVersion: '1.0' };
    const id = await deployed(control, stage.INSTANCE_ID, {
      previous_id: before,
      sources: [source('b'), source('c', { repositoryId: nobody, position: 2 })],
      plan: {
        modules: [{ ...module, toVersion: '1.1', reasons: ['views.xml changed'], migrations: ['1.1/post.py'] }],
        commits: [
          {
            repositoryId: stage.repository,
            sha: sha('b'),
            subject: 'Change',
            author: 'Ada',
            at: '2026-11-24T09:30:00Z',
          },
        ],
        ...{ database: true, updateAll: false, image: false, expectedDowntimeMs: 4000 },
      },
      findings: [{ severity: 'warning', module: 'acme', file: 'a.py', line: 3, message: 'Old', traceback: null }],
    });
    await control.sql('UPDATE instances SET deployment_id = $2 WHERE id = $1', [stage.INSTANCE_ID, id]);
    expect((await by.get(`/deployments/${id}`)).body).toMatchObject({
      serving: true,
      sources: [
        { sha: sha('b'), compareUrl: `https://github.com/acme/erp/compare/${sha('a')}...${sha('b')}` },
        { sha: sha('c'), compareUrl: null },
      ],
      plan: {
        modules: [{ name: 'acme', change: 'update', reasons: ['views.xml changed'] }],
        commits: [{ sha: sha('b'), committedAt: '2026-11-24T09:30:00.000Z' }],
        expectedDowntimeMs: 4000,
      },
      findings: [{ severity: 'warning', file: 'a.py', line: 3 }],
    });
    expect((await by.get(`/instances/${stage.INSTANCE_ID}`)).at('deploymentId')).toBe(id);
    expect((await by.get(`/instances?project_id=${stage.PROJECT_ID}&sort=created_at`)).at('data.0.deploymentId')).toBe(
      id,
    );
    const shown = await by.graphql(`{ instance(id: "${stage.INSTANCE_ID}") { deployment { id previousId } } }`);
    expect(shown.at('data.instance.deployment')).toEqual({ id, previousId: before });
    const key = by.withKey((await by.newKey(['view:instances'])).key);
    const hidden = await key.graphql(`{ instance(id: "${stage.INSTANCE_ID}") { deploymentId deployment { id } } }`);
    expect(hidden.at('data.instance')).toEqual({ deploymentId: id, deployment: null });
  });
});

describe('the statistics', () => {
  const now = Date.now();
  const at = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  const ended = (status: string, from: number, to: number, more: object = {}): Promise<string> =>
    deployed(control, stage.INSTANCE_ID, { status, started_at: at(from), completed_at: at(to), ...more });
  const statistics = (query = ''): Promise<Answer> =>
    by.get(`/projects/${stage.PROJECT_ID}/deployments/statistics${query}`);

  it('say how often, how well and how fast a project is deployed', async () => {
    await ended('succeeded', 102, 100, { downtime_ms: 3000 });
    await ended('failed', 91, 90);
    await ended('rolled_back', 81, 80);
    await ended('cancelled', 71, 70);
    // Back after 30 minutes.
    await ended('succeeded', 64, 60, { downtime_ms: 5000 });
    await ended('succeeded', 13, 10, { downtime_ms: 0 });
    await ended('failed', 50, 49, { dry_run: true });
    await ended('failed', 60 * 24 * 31, 60 * 24 * 31);
    expect((await statistics()).body).toEqual({
      ...{ days: 30, total: 6, succeeded: 3, failed: 1, rolledBack: 1, cancelled: 1, perDay: 0.1, failureRate: 0.4 },
      ...{ medianDurationMs: 180_000, medianDowntimeMs: 3000, meanTimeToRestoreMs: 1_800_000 },
    });
    expect((await statistics('?days=60')).body).toMatchObject({ days: 60, total: 7, failed: 2 });
    expect((await statistics(`?environment_id=${staging.environmentId}`)).body).toEqual({
      ...{ days: 30, total: 0, succeeded: 0, failed: 0, rolledBack: 0, cancelled: 0, perDay: 0, failureRate: null },
      ...{ medianDurationMs: null, medianDowntimeMs: null, meanTimeToRestoreMs: null },
    });
  });

  it.for(['0', '366', 'x'])('are of 1 to 365 days, not of %s', async (days) => {
    expect(refusal(await statistics(`?days=${days}`)).slice(0, 3)).toEqual([400, 'validation_error', 'days']);
  });
});

describe('whoever follows', () => {
  it('a deployment hears of each change until it ends', async () => {
    await by.post(`/instances/${stage.INSTANCE_ID}/restart`);
    const id = (await by.post(`/projects/${stage.PROJECT_ID}/deploy`, { instanceId: stage.INSTANCE_ID })).text('id');
    const states: unknown[] = [];
    const query = 'subscription ($id: ID!) { deploymentUpdated(id: $id) { status } }';
    for await (const event of by.subscribe(query, { id })) {
      states.push(event.at('data.deploymentUpdated.status'));
      if (states.length === 1) await by.post(`/deployments/${id}/cancel`);
    }
    expect([states[0], states.at(-1)]).toEqual(['queued', 'cancelled']);
  }, 30_000);

  it('an environment hears of its deployments alone', async () => {
    const query = `subscription ($id: ID) { deploymentsUpdated(environmentId: $id) { change deploymentId deployment { branch } } }`;
    const changes = by.subscribe(query, { id: staging.environmentId });
    const first = changes.next();
    const asked = async (instanceId: string, branch: string): Promise<string> =>
      (await by.post(`/projects/${stage.PROJECT_ID}/deploy`, { instanceId, branch })).text('id');
    let [told, id] = [false, ''];
    void first.then(() => {
      told = true;
    });
    // The subscription may begin after the first of them.
    while (!told) {
      await asked(stage.INSTANCE_ID, 'other');
      id = await asked(staging.instanceId, 'mine');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const change = (await first).value;
    expect(change?.at('data.deploymentsUpdated.deployment')).toEqual({ branch: 'mine' });
    expect(id).not.toBe('');
    await changes.return(undefined);
    const wrong = by.subscribe(query, { id: nobody });
    expect((await wrong.next()).value?.at('errors.0.extensions.code')).toBe('not_found');
  }, 60_000);
});
