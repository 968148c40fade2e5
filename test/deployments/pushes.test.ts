import { afterEach, expect, vi } from 'vitest';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { WorkerProcess } from '../kit/worker.ts';
import { sender } from '../push-webhooks/hosts.ts';
import { github } from '../push-webhooks/payloads.ts';
import { addInstance, deployed, type Stage, stageOf } from './stage.ts';

// The worker comes when everything is in its place.
it.override('env', { OCORE_ROLE: 'gateway' });

let worker: WorkerProcess | undefined;
let stage: Stage;
let sent = 0;
it.beforeAll(async ({ ocore, owner }) => {
  stage = await stageOf(ocore, owner);
});
afterEach(async () => {
  await worker?.kill();
});

interface Connected {
  path: string;
  secret: string;
}

async function connect(owner: Client, { PROJECT_ID }: Stage, name: string, branch: string): Promise<Connected> {
  const answer = await owner.post(`/projects/${PROJECT_ID}/repositories`, {
    ...{ name, branch, repositoryUrl: `https://github.com/acme/${name}.git` },
  });
  return { path: new URL(answer.text('webhookUrl')).pathname, secret: answer.text('webhookSecret') };
}

/** What the host says of a push by Ada. */
async function push(ocore: Ocore, { path, secret }: Connected, branch: string): Promise<void> {
  sent += 1;
  const body = JSON.stringify({ ...github, ref: `refs/heads/${branch}`, after: String(sent).repeat(40).slice(0, 40) });
  const headers = sender(secret, `delivery-${sent}`).hosts.github(Buffer.from(body));
  const answer = await new Client(ocore.url, null, null).request('POST', path, body, headers);
  expect([answer.status, answer.at('status')]).toEqual([202, 'accepted']);
}

interface Row {
  instance_id: string;
  branch: string;
  created_by_name: string;
}
const pushed = (ocore: Ocore): Promise<Row[]> =>
  ocore.sql<Row>("SELECT instance_id, branch, created_by_name FROM deployments WHERE trigger = 'push' ORDER BY id");
const consumed = (ocore: Ocore): Promise<void> =>
  vi.waitFor(async () => expect(await ocore.sql('SELECT id FROM pending_pushes')).toEqual([]), {
    timeout: 60_000,
    interval: 200,
  });

it('deploys what is pushed, once for several pushes, where the environment wants it', async ({ ocore, owner }) => {
  const staging = await addInstance(ocore, owner, stage, 'staging');
  const quiet = await addInstance(ocore, owner, stage, 'quiet');
  const first = await owner.post(`/repositories/${stage.repository}/webhook-secret`);
  const main = { path: new URL(first.text('webhookUrl')).pathname, secret: first.text('webhookSecret') };
  const oca = await connect(owner, stage, 'oca', '19.0');
  for (const [branchPattern, environmentId] of [
    ['main', staging.environmentId],
    ['quiet', quiet.environmentId],
  ])
    await owner.post(`/projects/${stage.PROJECT_ID}/branch-mappings`, { branchPattern, environmentId });
  const updated = await owner.patch(`/environments/${quiet.environmentId}`, { autoDeploy: false });
  expect([updated.status, updated.at('autoDeploy')]).toEqual([200, false]);

  // What other repositories have is deployed where something follows a branch.
  const follows = await deployed(ocore, stage.INSTANCE_ID, { branch: '19.0' });
  await ocore.sql('UPDATE instances SET deployment_id = $1 WHERE id = $2', [follows, stage.INSTANCE_ID]);
  const pinned = await deployed(ocore, quiet.instanceId, { tag: 'v1' });
  await ocore.sql('UPDATE instances SET deployment_id = $1 WHERE id = $2', [pinned, quiet.instanceId]);

  for (const branch of ['main', 'main', 'quiet', 'nowhere']) await push(ocore, main, branch);
  for (const branch of ['19.0', 'feature']) await push(ocore, oca, branch);
  worker = new WorkerProcess(ocore);
  await consumed(ocore);
  expect(await pushed(ocore)).toEqual([
    { instance_id: staging.instanceId, branch: 'main', created_by_name: 'ada' },
    { instance_id: stage.INSTANCE_ID, branch: '19.0', created_by_name: 'ada' },
  ]);
});

it('lets nobody decide what runs who may not run code', async ({ ocore, owner }) => {
  const role = await owner.post('/roles', {
    name: 'Releases',
    permissionIds: ['manage:repositories', 'manage:environments', 'view:projects'],
  });
  expect(role.status).toBe(201);
  const member = await ocore.member(owner, 'Releases');
  const environment = (await owner.get(`/instances/${stage.INSTANCE_ID}`)).text('environmentId');
  const mapping = { branchPattern: 'main', environmentId: environment };
  for (const answer of [
    await member.patch(`/environments/${environment}`, { autoDeploy: true }),
    await member.patch(`/repositories/${stage.repository}`, { branch: 'evil' }),
    await member.post(`/projects/${stage.PROJECT_ID}/repositories`, { repositoryUrl: 'git@github.com:evil/erp.git' }),
    await member.post(`/projects/${stage.PROJECT_ID}/branch-mappings`, mapping),
  ])
    expect([answer.status, answer.at('error.code')]).toEqual([403, 'forbidden']);
});
