import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { GitHttpsServer } from '../fleet/git-server/https.ts';
import { ServedRepository } from '../fleet/git-server/repository.ts';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { receiverCertificate } from '../kit/receiver.ts';
import { WorkerProcess } from '../kit/worker.ts';

const env = { SERVER_NETWORKS_DENIED: '169.254.0.0/16' };
it.override('env', { OCORE_ROLE: 'gateway', ...env });

const token = 'glpat-of-this-test';
let owner: Client;
let root: string;
let bare: ServedRepository;
let server: GitHttpsServer;
let worker: WorkerProcess;
let path: string;

it.beforeAll(async ({ ocore, owner: person }) => {
  owner = person;
  root = await mkdtemp(join(tmpdir(), 'ocore-bare-'));
  bare = await ServedRepository.create(root, 'erp.git');
  await bare.commit('main', { 'README.md': 'ERP' });
  server = await GitHttpsServer.start(root);
  server.login = { username: 'x-access-token', token };
  worker = new WorkerProcess(ocore, { ...env, NODE_EXTRA_CA_CERTS: receiverCertificate });
  const project = (await owner.post('/projects', { name: 'ERP' })).text('id');
  const repository = await owner.post(`/projects/${project}/repository`, {
    repositoryUrl: server.url('/erp.git', 'localhost'),
    provider: 'github',
    token: 'a-wrong-one',
  });
  path = `/repositories/${repository.text('id')}`;
});
afterAll(async () => {
  await worker.kill();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

/** How an operation ends that this begins. */
async function endOf(change: string): Promise<unknown[]> {
  const last = await owner.finished((await owner.post(`${path}/${change}`)).text('operationId'));
  const at = (field: string) => last.at(`data.operationUpdated.${field}`);
  return [at('status'), at('error.code') ?? null];
}
const succeeded = ['succeeded', null];

it('is read with its token alone, as the provider has it', async () => {
  expect(await endOf('validate')).toEqual(['failed', 'git_access_denied']);
  expect((await owner.get(path)).text('statusMessage')).not.toContain('a-wrong-one');
  expect((await owner.patch(path, { token })).at('status')).toBe('pending');
  expect(await endOf('validate')).toEqual(succeeded);
  expect(await endOf('sync')).toEqual(succeeded);
  const sha = await bare.git('rev-parse', 'main');
  expect((await owner.get(`${path}/branches`)).at('data')).toEqual([{ name: 'main', sha }]);
  expect((await owner.patch(path, { username: 'somebody' })).at('status')).toBe('pending');
  expect(await endOf('sync')).toEqual(['failed', 'git_access_denied']);
  await owner.patch(path, { username: 'x-access-token' });
  expect(await endOf('sync')).toEqual(succeeded);
});

it('keeps what it knew when its host sends more than anybody reads', async () => {
  const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
  const ref = (number: number, more = ''): string =>
    line(`${'a'.repeat(40)} refs/heads/${'b'.repeat(180)}-${String(number).padStart(6, '0')}${more}\n`);
  server.instead = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
    response.write(`${line('# service=git-upload-pack\n')}0000${ref(0, '\0symref=HEAD:refs/heads/main')}`);
    for (let number = 1; number < 90_000; number += 1) response.write(ref(number));
    response.end('0000');
    return true;
  };
  expect(await endOf('sync')).toEqual(['failed', 'git_too_large']);
  server.instead = () => false;
  expect((await owner.get(`${path}/branches`)).at('data.0.name')).toBe('main');
  expect(await endOf('sync')).toEqual(succeeded);
});

it('is not read where the operator does not allow it, whatever its name led to before', async ({ ocore }) => {
  await ocore.sql('UPDATE repositories SET url = $2 WHERE id = $1', [
    path.split('/')[2],
    'https://169.254.169.254/erp.git',
  ]);
  expect(await endOf('sync')).toEqual(['failed', 'git_refused']);
});
