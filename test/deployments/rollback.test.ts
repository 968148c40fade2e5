import { beforeEach, describe, expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { addBackup } from '../kit/two-orgs.ts';
import { addInstance, cleared, deployed, nobody, refusal, sha, type Stage, stageOf } from './stage.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let stage: Stage;
let control: Ocore;
let by: Client;
/** A backup that stands for the snapshots of deployments. */
let backup: string;

it.beforeAll(async ({ ocore, owner }) => {
  stage = await stageOf(ocore, owner);
  control = ocore;
  by = owner;
  const place = { environmentId: stage.ENVIRONMENT_ID, instanceId: stage.INSTANCE_ID };
  backup = (await addBackup(ocore, owner, place, 'rollback'))['backup'] ?? '';
});
beforeEach(() => cleared(control, stage.INSTANCE_ID));

const plan = (database: boolean) => ({
  ...{ modules: [], commits: [], database, updateAll: false, image: false },
  expectedDowntimeMs: null,
});
/** One that only changed code, and one that changed the database after a snapshot. */
const code = (more: object = {}) => deployed(control, stage.INSTANCE_ID, { plan: plan(false), ...more });
const database = (more: object = {}) =>
  deployed(control, stage.INSTANCE_ID, { plan: plan(true), snapshot_id: backup, ...more });
const back = (body: Record<string, unknown>, client = by): Promise<Answer> =>
  client.post(`/environments/${stage.ENVIRONMENT_ID}/rollback`, body);
const confirmName = 'ERP production';

describe('a rollback', () => {
  it('brings back code and data as they were before what came after, by an operation of its own', async () => {
    const target = await code({ branch: 'main', commit_sha: sha('a') });
    const later = await database({ previous_id: target });
    await control.sql('UPDATE instances SET deployment_id = $2 WHERE id = $1', [stage.INSTANCE_ID, later]);
    const answer = await back({ deploymentId: target, confirmName });
    expect([answer.status, answer.at('status'), answer.at('message')]).toEqual([202, 'queued', 'Rollback in progress']);
    expect(answer.headers.get('location')).toBe(`/api/operations/${answer.text('operationId')}`);
    expect((await by.get(`/operations/${answer.text('operationId')}`)).at('kind')).toBe('instance.rollback');
    expect((await by.get(`/deployments/${answer.text('id')}`)).body).toMatchObject({
      ...{ trigger: 'rollback', rollbackMode: 'code_and_database', targetId: target, restoreId: backup },
      ...{ branch: 'main', commitSha: sha('a'), snapshotRequested: true },
    });
    const [event] = await control.sql<{ payload: unknown }>(
      "SELECT payload FROM outbox_events WHERE type = 'deployment.triggered' AND resource_id = $1",
      [answer.text('id')],
    );
    expect(event?.payload).toMatchObject({ trigger: 'rollback', rollbackMode: 'code_and_database', targetId: target });
  });

  it('goes to what served before a snapshot was taken, which may be the image alone', async () => {
    await database();
    const answer = await by.graphql(
      `mutation ($id: ID!, $input: RollbackInput!) { rollbackEnvironment(environmentId: $id, input: $input) { deployment { targetId restoreId snapshotRequested } } }`,
      { id: stage.ENVIRONMENT_ID, input: { snapshotId: backup, confirmName, createSafetySnapshot: false } },
    );
    expect(answer.at('data.rollbackEnvironment.deployment')).toEqual({
      targetId: null,
      restoreId: backup,
      snapshotRequested: false,
    });
  });

  it('of code alone needs no snapshot and no name, and waits as a deployment does', async () => {
    const target = await code();
    await code();
    await by.post(`/instances/${stage.INSTANCE_ID}/restart`);
    const answer = await back({ deploymentId: target, mode: 'code_only' });
    expect(answer.body).toEqual({
      id: answer.text('id'),
      status: 'queued',
      message: 'Rollback waits for what works on the instance now',
      operationId: null,
    });
    expect((await by.get(`/deployments/${answer.text('id')}`)).body).toMatchObject({
      rollbackMode: 'code_only',
      restoreId: null,
    });
  });
});

describe('a rollback is refused', () => {
  it('without one thing to go back to', async () => {
    const target = await code();
    const one = [400, 'validation_error', 'deploymentId', 'required'];
    expect(refusal(await back({}))).toEqual(one);
    expect(refusal(await back({ deploymentId: target, snapshotId: backup }))).toEqual(one);
    expect(refusal(await back({ deploymentId: target, mode: 'everything' })).slice(0, 3)).toEqual([
      400,
      'validation_error',
      'mode',
    ]);
    for (const input of [{ deploymentId: nobody }, { snapshotId: nobody }, { snapshotId: backup }])
      expect(refusal(await back({ ...input, confirmName })).slice(0, 2)).toEqual([404, 'not_found']);
  });

  it('to a deployment that did not succeed, or only looked', async () => {
    for (const row of [{ status: 'failed' }, { status: 'rolled_back' }, { dry_run: true }])
      expect(refusal(await back({ deploymentId: await code(row), mode: 'code_only' }))).toEqual([
        422,
        'unprocessable',
        'deploymentId',
        'status',
      ]);
  });

  it('to a deployment that serves', async () => {
    const id = await code();
    await control.sql('UPDATE instances SET deployment_id = $2 WHERE id = $1', [stage.INSTANCE_ID, id]);
    expect((await by.get(`/deployments/${id}`)).at('serving')).toBe(true);
    const refused = await back({ deploymentId: id, mode: 'code_only' });
    expect([...refusal(refused).slice(0, 2), refused.at('error.details.state')]).toEqual([
      409,
      'invalid_state',
      'serving',
    ]);
  });

  it('to a deployment of another environment', async ({ ocore, owner }) => {
    const { instanceId } = await addInstance(ocore, owner, stage, 'staging');
    const elsewhere = await deployed(ocore, instanceId);
    expect(refusal(await back({ deploymentId: elsewhere, mode: 'code_only' })).slice(0, 2)).toEqual([404, 'not_found']);
  });

  it('with data that nobody saved, or whose snapshot is gone', async () => {
    const none = [422, 'unprocessable', 'mode', 'no_snapshot'];
    const target = await code();
    // Nothing changed the database since.
    expect(refusal(await back({ deploymentId: target, confirmName }))).toEqual(none);
    await database({ snapshot_id: null });
    await database();
    // The data of the one before last were not saved.
    expect(refusal(await back({ deploymentId: target, confirmName }))).toEqual(none);
    await cleared(control, stage.INSTANCE_ID);
    const again = await code();
    await database({ snapshot_id: nobody });
    expect(refusal(await back({ deploymentId: again, confirmName }))).toEqual(none);
  });

  it('of a protected instance without its name', async () => {
    const target = await code();
    await database();
    const unconfirmed = [422, 'unprocessable', 'confirmName', 'confirmation'];
    expect(refusal(await back({ deploymentId: target }))).toEqual(unconfirmed);
    expect(refusal(await back({ deploymentId: target, confirmName: 'ERP staging' }))).toEqual(unconfirmed);
    await control.sql('UPDATE instances SET deletion_protected = false WHERE id = $1', [stage.INSTANCE_ID]);
    // It is in production.
    expect(refusal(await back({ deploymentId: target }))).toEqual(unconfirmed);
  });

  it('to who may not deploy, or not replace data', async ({ ocore, owner }) => {
    const target = await code();
    await database();
    const developer = await ocore.member(owner, 'Developer');
    const refused = await back({ deploymentId: target, confirmName }, developer);
    expect([...refusal(refused).slice(0, 2), refused.at('error.details.permission')]).toEqual([
      403,
      'forbidden',
      'manage:databases',
    ]);
    expect((await back({ deploymentId: target, mode: 'code_only' }, developer)).status).toBe(202);
    const viewer = await ocore.member(owner, 'Viewer');
    expect(refusal(await back({ deploymentId: target, mode: 'code_only' }, viewer)).slice(0, 2)).toEqual([
      403,
      'forbidden',
    ]);
    const key = owner.withKey((await owner.newKey(['manage:deployments', 'manage:databases'])).key);
    expect((await back({ deploymentId: target, mode: 'code_only' }, key)).at('error.details.permission')).toBe(
      'manage:instance_code',
    );
  });
});

describe('the preview of a rollback', () => {
  it('has nothing to lose where there is no snapshot', async () => {
    const target = await code();
    expect((await by.get(`/deployments/${target}/rollback-preview`)).body).toEqual({
      deploymentId: target,
      snapshotId: null,
      snapshotTakenAt: null,
      secondsSinceSnapshot: null,
      rowsLost: null,
      tables: [],
    });
  });

  it('needs the server that has the data now', async () => {
    const manifest = {
      ...{ format: 1, backupId: backup, instanceId: stage.INSTANCE_ID, takenAt: '2026-11-28T09:30:00.000Z' },
      ...{ odooVersion: '19.0', image: 'odoo:19.0', imageDigest: null, postgresVersion: '17.2', database: 'erp' },
      ...{ databaseBytes: 1, encoding: 'UTF8', collate: 'C', filestore: true, modules: {}, rows: {} },
    };
    await control.sql('UPDATE backups SET manifest = $2 WHERE id = $1', [backup, JSON.stringify(manifest)]);
    const target = await code();
    await database();
    const refused = await by.get(`/deployments/${target}/rollback-preview`);
    expect([refused.status, refused.at('error.code')]).toEqual([422, 'unprocessable']);
  });

  it('is for deployments that can be gone back to, and for who may see databases', async ({ owner }) => {
    const failed = await code({ status: 'failed' });
    expect(refusal(await by.get(`/deployments/${failed}/rollback-preview`))).toEqual([
      422,
      'unprocessable',
      'id',
      'status',
    ]);
    expect(refusal(await by.get(`/deployments/${nobody}/rollback-preview`)).slice(0, 2)).toEqual([404, 'not_found']);
    const key = owner.withKey((await owner.newKey(['view:deployments'])).key);
    const refused = await key.get(`/deployments/${await code()}/rollback-preview`);
    expect([refused.status, refused.at('error.details.permission')]).toEqual([403, 'view:databases']);
  });
});
