import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { ServedRepository } from '../fleet/git-server/repository.ts';
import { fleetDir, firstSshPort } from '../fleet/slot.ts';
import { Sshd } from '../fleet/sshd.ts';
import type { Answer, Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';

const sshd = new Sshd(join(fleetDir, 'git'), firstSshPort + 9);
let owner: Client;
let root: string;
let bare: ServedRepository;
let path: string;

it.beforeAll(async ({ owner: person }) => {
  owner = person;
  root = await mkdtemp(join(tmpdir(), 'ocore-bare-'));
  bare = await ServedRepository.create(root, 'erp.git');
  for (const branch of ['main', 'feature/invoices']) await bare.commit(branch, { 'README.md': branch });
  await bare.git('tag', '-a', '-m', 'The first', 'v1', 'main');
  await sshd.prepare();
  await sshd.start();
  const project = (await owner.post('/projects', { name: 'ERP' })).text('id');
  const repository = await owner.post(`/projects/${project}/repository`, {
    repositoryUrl: `ssh://root@127.0.0.1:${sshd.port}${bare.dir}`,
  });
  path = `/repositories/${repository.text('id')}`;
});
afterAll(async () => {
  await sshd.stop();
  await rm(root, { recursive: true, force: true });
});

/** How an operation ends that this begins. */
async function endOf(answer: Answer): Promise<unknown[]> {
  expect(answer.status).toBe(202);
  const last = await owner.finished(answer.text('operationId'));
  const at = (field: string) => last.at(`data.operationUpdated.${field}`);
  return [at('status'), at('error.code') ?? null];
}
const validated = async (): Promise<unknown[]> => endOf(await owner.post(`${path}/validate`));
const synced = async (): Promise<unknown[]> => endOf(await owner.post(`${path}/sync`));
const succeeded = ['succeeded', null];

it('is denied until its host has the deploy key, and has pinned the keys of the host by then', async () => {
  expect(await validated()).toEqual(['failed', 'git_access_denied']);
  expect((await owner.get(path)).body).toMatchObject({
    ...{ status: 'failed', statusCode: 'git_access_denied', validatedAt: null },
    hostKeys: [{ type: 'ssh-ed25519', fingerprint: sshd.hostKeyFingerprint }],
  });
  await sshd.allow((await owner.get(path)).text('deployKey'));
  expect(await validated()).toEqual(succeeded);
  expect((await owner.get(path)).body).toMatchObject({ status: 'valid', statusCode: null, lastSyncedAt: null });
});

it('has the branches and tags that it had at the last synchronization', async () => {
  expect(await synced()).toEqual(succeeded);
  const before = await owner.get(`${path}/branches`);
  expect([before.at('data.0.name'), before.at('data.1.name')]).toEqual(['feature/invoices', 'main']);
  expect((await owner.get(`${path}/tags`)).at('data')).toEqual([{ name: 'v1', sha: before.at('data.1.sha') }]);
  const idOfMain = async (): Promise<unknown> =>
    (
      await owner.graphql(`{ repositoryRefs(repositoryId: "${path.split('/')[2]}", search: "main") { nodes { id } } }`)
    ).at('data.repositoryRefs.nodes.0.id');
  const id = await idOfMain();
  const sha = await bare.commit('main', { 'README.md': 'changed' });
  await bare.git('update-ref', '-d', 'refs/heads/feature/invoices');
  expect(await synced()).toEqual(succeeded);
  expect((await owner.get(`${path}/branches`)).at('data')).toEqual([{ name: 'main', sha }]);
  expect(await idOfMain()).toBe(id);
  expect((await owner.get(`${path}/sync/status`)).body).toMatchObject({
    ...{ status: 'valid', operationId: null, branch: 'main', sha, branches: 1, tags: 1 },
  });
  const event = await owner.get('/events?types=repository.synced&limit=1');
  expect(event.at('data.0.data')).toEqual({ branch: 'main', sha, branches: 1, tags: 1 });
});

it('names a branch that is not there', async () => {
  await owner.patch(path, { branch: 'gone' });
  expect(await synced()).toEqual(['failed', 'git_ref_not_found']);
  expect((await owner.get(path)).text('statusMessage')).toContain('its default branch is main');
  await owner.patch(path, { branch: 'main' });
});

it('needs the new key at its host once it has one', async () => {
  const key = (await owner.post(`${path}/deploy-key`)).text('deployKey');
  expect(await validated()).toEqual(['failed', 'git_access_denied']);
  await sshd.allow(key);
  expect(await validated()).toEqual(succeeded);
});

it('is read from no other host until somebody accepts its key', async () => {
  const pinned = sshd.hostKeyFingerprint;
  await sshd.changeHostKey();
  expect(await synced()).toEqual(['failed', 'git_host_key_changed']);
  expect(await synced()).toEqual(['failed', 'git_host_key_changed']);
  expect((await owner.get(path)).body).toMatchObject({
    statusCode: 'git_host_key_changed',
    hostKeys: [{ fingerprint: pinned }],
    presentedHostKeys: [{ fingerprint: sshd.hostKeyFingerprint }],
  });
  // However often it was presented.
  expect((await owner.get('/audit-logs?action=repository.host_key_changed&include_total=true')).at('total_count')).toBe(
    1,
  );
  const accepted = await owner.post(`${path}/host-key`, { fingerprint: sshd.hostKeyFingerprint });
  expect(await endOf(accepted)).toEqual(succeeded);
  expect(await synced()).toEqual(succeeded);
});

it('is told to be out of reach after some tries', { timeout: 60_000 }, async () => {
  await sshd.stop();
  expect(await validated()).toEqual(['failed', 'git_unreachable']);
  await sshd.start();
  expect(await validated()).toEqual(succeeded);
});
