import { beforeEach, describe, expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { endOperations } from '../kit/fleet-rows.ts';
import type { Ocore } from '../kit/ocore.ts';
import { addInstance, cleared, nobody, refusal, sha, type Stage, stageOf } from './stage.ts';

// Without a worker everything stays as the request left it.
it.override('env', { OCORE_ROLE: 'gateway' });

let stage: Stage;
let control: Ocore;
let by: Client;

it.beforeAll(async ({ ocore, owner }) => {
  stage = await stageOf(ocore, owner);
  control = ocore;
  by = owner;
});
beforeEach(() => cleared(control, stage.INSTANCE_ID));

const deploy = (body: Record<string, unknown> = {}, client = by): Promise<Answer> =>
  client.post(`/projects/${stage.PROJECT_ID}/deploy`, body);
const busy = (): Promise<Answer> => by.post(`/instances/${stage.INSTANCE_ID}/restart`);
const told = async (id: string): Promise<unknown> => {
  const rows = await control.sql<{ type: string }>(
    'SELECT type FROM outbox_events WHERE resource_id = $1 ORDER BY id',
    [id],
  );
  return rows.map(({ type }) => type);
};

describe('a deployment', () => {
  it('begins with an operation of its instance, and what serves goes on', async () => {
    const answer = await deploy();
    expect([answer.status, answer.headers.get('location'), answer.headers.get('retry-after')]).toEqual([
      202,
      `/api/operations/${answer.text('operationId')}`,
      '2',
    ]);
    expect(answer.body).toEqual({
      id: answer.text('id'),
      status: 'queued',
      message: 'Deployment in progress',
      operationId: answer.text('operationId'),
    });
    const operation = await by.get(`/operations/${answer.text('operationId')}`);
    expect(operation.body).toMatchObject({ kind: 'instance.deploy', resourceId: stage.INSTANCE_ID, status: 'queued' });
    const row = await by.get(`/deployments/${answer.text('id')}`);
    expect(row.body).toMatchObject({
      ...{ projectId: stage.PROJECT_ID, environmentId: stage.ENVIRONMENT_ID, instanceId: stage.INSTANCE_ID },
      ...{ instanceName: 'ERP production', serverId: stage.SERVER_ID, trigger: 'manual', dryRun: false },
      // The repository follows it, and the environment has none of its own.
      ...{ branch: '19.0', tag: null, commitSha: null, updateAll: false, install: [], snapshotRequested: null },
      ...{ sources: [], plan: null, findings: [], serving: false, rollbackMode: null, targetId: null },
      ...{
        startedAt: null,
        completedAt: null,
        durationMs: null,
        downtimeMs: null,
        statusMessage: null,
        errorCode: null,
      },
      createdByName: (await by.get('/user')).at('name'),
    });
    expect((await by.get(`/instances/${stage.INSTANCE_ID}`)).body).toMatchObject({
      status: 'running',
      currentOperationId: answer.text('operationId'),
      deploymentId: null,
    });
    expect(await told(answer.text('id'))).toEqual(['deployment.triggered']);
  });

  it('takes the branch of the environment before that of the repository, and whatever is named before both', async () => {
    await control.sql("UPDATE environments SET branch = 'stable' WHERE id = $1", [stage.ENVIRONMENT_ID]);
    const asked = async (body: Record<string, unknown>): Promise<unknown> => {
      const answer = await deploy(body);
      await endOperations(control, stage.INSTANCE_ID);
      return (await by.get(`/deployments/${answer.text('id')}`)).body;
    };
    expect(await asked({})).toMatchObject({ branch: 'stable', tag: null, commitSha: null });
    expect(await asked({ branch: 'fix/it' })).toMatchObject({ branch: 'fix/it', tag: null, commitSha: null });
    expect(await asked({ tag: 'v1.2' })).toMatchObject({ branch: null, tag: 'v1.2', commitSha: null });
    expect(await asked({ commitSha: sha('A') })).toMatchObject({ branch: null, tag: null, commitSha: sha('a') });
    expect(await asked({ install: ['acme', 'acme'], updateAll: true, snapshot: false })).toMatchObject({
      install: ['acme'],
      updateAll: true,
      snapshotRequested: false,
    });
    await control.sql('UPDATE environments SET branch = NULL WHERE id = $1', [stage.ENVIRONMENT_ID]);
  });

  it('is asked for below the documented prefix as well, and by GraphQL', async () => {
    const posted = await by.post(`/projects/${stage.PROJECT_ID}/deployments`, { dryRun: true });
    expect([posted.status, posted.at('message')]).toEqual([202, 'Dry run in progress']);
    expect((await by.get(`/operations/${posted.text('operationId')}`)).at('kind')).toBe('instance.plan_deployment');
    await endOperations(control, stage.INSTANCE_ID);
    const sent = await by.graphql(
      `mutation ($id: ID!, $input: DeployInput!) { deploy(projectId: $id, input: $input) { message operation { id kind steps { name } }
        deployment { status operation { id } environment { name } } } }`,
      { id: stage.PROJECT_ID, input: { branch: 'main' } },
    );
    expect(sent.at('data.deploy')).toMatchObject({
      message: 'Deployment in progress',
      operation: { id: sent.text('data.deploy.deployment.operation.id'), kind: 'instance.deploy' },
      deployment: { status: 'queued', environment: { name: 'production' } },
    });
  });

  it('is waited for with its GET', async () => {
    const id = (await deploy()).text('id');
    const waiting = by.get(`/deployments/${id}?wait=60`);
    await control.sql(
      "UPDATE deployments SET status = 'succeeded', started_at = now() - interval '2 seconds', completed_at = now() WHERE id = $1",
      [id],
    );
    await control.sql("SELECT pg_notify('ocore', json_build_object('topic', 'deployment:' || $1)::text)", [id]);
    expect((await waiting).body).toMatchObject({ status: 'succeeded', durationMs: 2000 });
  }, 30_000);
});

describe('while something else works on the instance', () => {
  it('a deployment waits, and is what Location leads to', async () => {
    const operationId = (await busy()).text('operationId');
    const answer = await deploy();
    expect([answer.status, answer.headers.get('location'), answer.headers.get('retry-after')]).toEqual([
      202,
      `/api/deployments/${answer.text('id')}`,
      '2',
    ]);
    expect(answer.body).toMatchObject({
      status: 'queued',
      message: 'Deployment waits for what works on the instance now',
      operationId: null,
    });
    expect((await by.get(`/instances/${stage.INSTANCE_ID}`)).at('currentOperationId')).toBe(operationId);
    const shown = await by.graphql(`{ deployment(id: "${answer.text('id')}") { operationId operation { id } } }`);
    expect(shown.at('data.deployment')).toEqual({ operationId: null, operation: null });
  });

  it('a newer one takes its place', async () => {
    await busy();
    const first = (await deploy({ branch: 'one' })).text('id');
    const second = (await deploy({ branch: 'two' })).text('id');
    const replaced = await by.get(`/deployments/${first}`);
    expect(replaced.body).toMatchObject({ status: 'cancelled', operationId: null, durationMs: null, downtimeMs: 0 });
    expect(replaced.text('statusMessage')).toContain(second);
    expect(await told(first)).toEqual(['deployment.triggered', 'deployment.cancelled']);
    expect((await by.get(`/deployments/${second}`)).body).toMatchObject({ status: 'queued', branch: 'two' });
  });

  it('a dry run is refused, and takes nobody’s place', async () => {
    await busy();
    const id = (await deploy()).text('id');
    expect(refusal(await deploy({ dryRun: true })).slice(0, 2)).toEqual([409, 'operation_in_progress']);
    expect((await by.get(`/deployments/${id}`)).at('status')).toBe('queued');
  });

  it('it is cancelled at once', async () => {
    await busy();
    const id = (await deploy()).text('id');
    const cancelled = await by.post(`/deployments/${id}/cancel`);
    expect([cancelled.status, cancelled.body]).toEqual([
      200,
      { id, status: 'cancelled', message: 'Deployment cancelled', operationId: null },
    ]);
    expect(await told(id)).toEqual(['deployment.triggered', 'deployment.cancelled']);
    const again = await by.post(`/deployments/${id}/cancel`);
    expect(refusal(again).slice(0, 2)).toEqual([409, 'invalid_state']);
    expect(again.at('error.details.state')).toBe('cancelled');
  });
});

it('is cancelled with its operation, once that is begun', async () => {
  const answer = await deploy();
  await control.sql("UPDATE operations SET status = 'running', lease_until = now() + interval '1 hour' WHERE id = $1", [
    answer.text('operationId'),
  ]);
  const cancelled = await by.post(`/deployments/${answer.text('id')}/cancel`);
  expect([cancelled.status, cancelled.at('message'), cancelled.at('operationId')]).toEqual([
    202,
    'Cancellation in progress',
    answer.text('operationId'),
  ]);
  expect((await by.get(`/operations/${answer.text('operationId')}`)).at('cancelRequested')).toBe(true);
  await endOperations(control, stage.INSTANCE_ID);
  expect(refusal(await by.post(`/deployments/${nobody}/cancel`)).slice(0, 2)).toEqual([404, 'not_found']);
});

it('does not begin twice while no worker has begun: the newer one takes its place', async () => {
  const first = await deploy({ branch: 'one' });
  const second = await deploy({ branch: 'two' });
  expect((await by.get(`/operations/${first.text('operationId')}`)).at('status')).toBe('cancelled');
  expect((await by.get(`/deployments/${first.text('id')}`)).at('status')).toBe('cancelled');
  expect(second.text('operationId')).not.toBe(first.text('operationId'));
});

describe('what is wrong with a request', () => {
  const bad = ['--upload-pack=x', '-x', 'a..b', 'HEAD^', 'a b', 'x.lock', '', 'refs/../heads', 'x'.repeat(201)];
  it.for(bad)('is told before anything is done: %j is no branch and no tag', async (name) => {
    for (const field of ['branch', 'tag'])
      expect(refusal(await deploy({ [field]: name })).slice(0, 3)).toEqual([400, 'validation_error', field]);
    expect((await by.get(`/projects/${stage.PROJECT_ID}/deployments`)).at('data')).toEqual([]);
  });

  it.for([
    [{ commitSha: 'abc123' }, 'commitSha'],
    [{ commitSha: `${sha('a')}0` }, 'commitSha'],
    [{ commitSha: `--${sha('a').slice(2)}` }, 'commitSha'],
    [{ install: ['a-b'] }, 'install.0'],
    [{ install: ['--stop-after-init'] }, 'install.0'],
    [{ install: Array.from({ length: 51 }, (_, index) => `m${index}`) }, 'install'],
    [{ branch: 'main', tag: 'v1' }, 'tag'],
    [{ tag: 'v1', commitSha: sha('a') }, 'commitSha'],
    [{ force: true }, 'force'],
  ] as const)('is told with its field: %j', async ([body, field]) => {
    expect(refusal(await deploy(body)).slice(0, 3)).toEqual([400, 'validation_error', field]);
  });
});

describe('the instance', () => {
  it('is the only one, or the one that is named, of this project and environment', async ({ ocore, owner }) => {
    const { environmentId, instanceId } = await addInstance(ocore, owner, stage, 'staging');
    expect(refusal(await deploy())).toEqual([400, 'validation_error', 'instanceId', 'required']);
    const named = await deploy({ instanceId });
    expect((await by.get(`/deployments/${named.text('id')}`)).at('instanceId')).toBe(instanceId);
    await cleared(ocore, instanceId);
    const only = await deploy({ environmentId });
    expect((await by.get(`/deployments/${only.text('id')}`)).at('instanceId')).toBe(instanceId);
    expect(refusal(await deploy({ environmentId, instanceId: stage.INSTANCE_ID })).slice(0, 2)).toEqual([
      404,
      'not_found',
    ]);
    await cleared(ocore, instanceId);
    await ocore.sql("UPDATE instances SET status = 'removed' WHERE id = $1", [instanceId]);
    expect((await deploy()).status).toBe(202);
  });

  it('is not one of another project, of another organization, or one that is not there', async ({ ocore, owner }) => {
    const other = await owner.post('/projects', { name: 'Other' });
    const elsewhere = (
      await owner.post('/environments', {
        ...{ projectId: other.text('id'), name: 'dev', type: 'development' },
      })
    ).text('id');
    const stranger = await stageOf(ocore, await ocore.owner('stranger'));
    for (const body of [
      { environmentId: elsewhere },
      { environmentId: stranger.ENVIRONMENT_ID },
      { instanceId: stranger.INSTANCE_ID },
      { instanceId: nobody },
      { instanceId: 'x' },
    ])
      expect([body, ...refusal(await deploy(body)).slice(0, 2)]).toEqual([body, 404, 'not_found']);
    for (const project of [stranger.PROJECT_ID, nobody])
      expect(refusal(await owner.post(`/projects/${project}/deploy`, {})).slice(0, 2)).toEqual([404, 'not_found']);
    expect(refusal(await owner.post(`/projects/${other.text('id')}/deploy`, {}))).toEqual([
      400,
      'validation_error',
      'instanceId',
      'required',
    ]);
  });

  it.for(['provisioning', 'removing', 'restarting'])('is not deployed to while it is %s', async (status) => {
    await control.sql('UPDATE instances SET status = $2 WHERE id = $1', [stage.INSTANCE_ID, status]);
    expect(refusal(await deploy({ instanceId: stage.INSTANCE_ID })).slice(0, 2)).toEqual([409, 'invalid_state']);
  });

  it('was provisioned before', async () => {
    await control.sql("UPDATE instances SET status = 'failed', provisioned_at = NULL WHERE id = $1", [
      stage.INSTANCE_ID,
    ]);
    expect(refusal(await deploy()).slice(0, 2)).toEqual([409, 'invalid_state']);
  });
});

it('needs a repository, and a project that is not archived', async ({ ocore, owner }) => {
  const bare = await owner.post('/projects', { name: 'Bare' });
  const { PROJECT_ID, ...rest } = stage;
  await addInstance(ocore, owner, { ...rest, PROJECT_ID: bare.text('id') }, 'bare');
  expect(refusal(await owner.post(`/projects/${bare.text('id')}/deploy`, {})).slice(0, 2)).toEqual([404, 'not_found']);
  await owner.post(`/projects/${PROJECT_ID}/archive`);
  const refused = await deploy();
  expect([...refusal(refused).slice(0, 2), refused.at('error.details.state')]).toEqual([
    409,
    'invalid_state',
    'archived',
  ]);
  await owner.post(`/projects/${PROJECT_ID}/unarchive`);
});

describe('who deploys', () => {
  it('is a Developer, and nobody who only looks', async ({ ocore, owner }) => {
    expect((await deploy({}, await ocore.member(owner, 'Developer'))).status).toBe(202);
    const viewer = await ocore.member(owner, 'Viewer');
    expect(refusal(await deploy({}, viewer)).slice(0, 2)).toEqual([403, 'forbidden']);
    expect((await viewer.get('/deployments')).at('data.0.instanceId')).toBe(stage.INSTANCE_ID);
    const id = (await viewer.get('/deployments')).text('data.0.id');
    expect(refusal(await viewer.post(`/deployments/${id}/cancel`)).slice(0, 2)).toEqual([403, 'forbidden']);
  });

  it('may change what instances run', async ({ owner }) => {
    const key = owner.withKey((await owner.newKey(['manage:deployments', 'manage:instances'])).key);
    const refused = await deploy({}, key);
    expect([...refusal(refused).slice(0, 2), refused.at('error.details.permission')]).toEqual([
      403,
      'forbidden',
      'manage:instance_code',
    ]);
    const code = owner.withKey((await owner.newKey(['manage:deployments', 'manage:instance_code'])).key);
    expect((await deploy({}, code)).status).toBe(202);
  });

  it('and is limited to another project sees nothing of this one', async ({ owner }) => {
    const other = (await owner.post('/projects', { name: 'Another' })).text('id');
    const limited = { projectIds: [other] };
    const key = owner.withKey((await owner.newKey(['manage:deployments', 'manage:instance_code'], limited)).key);
    const id = (await deploy()).text('id');
    expect(refusal(await deploy({}, key)).slice(0, 2)).toEqual([404, 'not_found']);
    for (const path of [`/deployments/${id}`, `/projects/${stage.PROJECT_ID}/deployments`])
      expect(refusal(await key.get(path)).slice(0, 2)).toEqual([404, 'not_found']);
    expect(refusal(await key.post(`/deployments/${id}/cancel`)).slice(0, 2)).toEqual([404, 'not_found']);
    expect((await key.get('/deployments')).at('data')).toEqual([]);
  });
});
