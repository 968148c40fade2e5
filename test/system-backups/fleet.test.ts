import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { loadSmallImages } from '../bench/small-images.ts';
import { it } from '../fleet/fixtures.ts';
import { portRange } from '../fleet/slot.ts';
import { Program } from '../kit/program.ts';
import { at, backUp, command, openDirectory } from './kit.ts';

const images = { ODOO_IMAGE: 'small-odoo', POSTGRES_IMAGE: 'small-postgres:19.0' };
it.override('env', images);

// Long enough for a backup in the middle of a provisioning.
it.beforeAll(({ server }) => loadSmallImages(server.engine.docker, 8));
afterAll(() => Program.endAll());

it('is restored beside a live fleet: nothing on the servers is touched, and what ran is not repeated', async ({
  ocore,
  owner,
  server,
}) => {
  const serverId = await owner.activeServer(server);
  const environmentId = await owner.environment();
  const create = (name: string) =>
    owner.post('/instances', { name, serverId, environmentId, adminEmail: 'admin@example.com' });
  const ended = async (operationId: string) => (await owner.finished(operationId)).at('data.operationUpdated.status');
  const containers = async (): Promise<Map<string, string>> => {
    const all = await server.engine.docker.listContainers({ all: true, filters: { label: ['sh.ocore.instance'] } });
    const infos = await Promise.all(all.map(({ Id }) => server.engine.docker.getContainer(Id).inspect()));
    return new Map(infos.map(({ Id, State }) => [Id, `${State.StartedAt} ${State.Running}`]));
  };

  const before = await create('Before');
  expect(await ended(before.text('operationId'))).toBe('succeeded');
  const deleted = await create('Deleted after the backup');
  expect(await ended(deleted.text('operationId'))).toBe('succeeded');

  // The backup is made in the middle of a provisioning, which goes on and succeeds.
  const during = await create('During');
  const backups = await openDirectory();
  let file = '';
  for await (const event of owner.subscribe(
    'subscription ($id: ID!) { operationUpdated(id: $id) { status steps { status } } }',
    { id: during.text('operationId') },
  ))
    if (file === '' && event.at('data.operationUpdated.steps.4.status') === 'running')
      file = await backUp(ocore, backups);
  expect(file).not.toBe('');
  expect(await ended(during.text('operationId'))).toBe('succeeded');
  const duringUrl = (await owner.get(`/instances/${during.text('id')}`)).text('url');
  const after = await create('After the backup');
  expect(await ended(after.text('operationId'))).toBe('succeeded');
  const deletion = await owner.request('DELETE', `/api/instances/${deleted.text('id')}`, {});
  expect(await ended(deletion.text('operationId'))).toBe('succeeded');
  const standing = await containers();
  expect(standing.size).toBe(6);

  // The machine is lost. A new one has the backup and the passphrase.
  await ocore.running.stop();
  await rm(ocore.dir, { recursive: true, force: true });
  const dir = await openDirectory();
  const restored = await command(['restore', file, '--old-is-stopped'], { DATA_DIR: join(dir, 'data') });
  expect(restored).toEqual({ code: 0, output: expect.stringContaining('Operations that were under way then: 1.') });
  const program = await Program.start({ ...images, DATA_DIR: join(dir, 'data'), PORT_RANGE: portRange });
  const again = at(program.url, owner);

  const operation = async () => (await again.get(`/operations/${during.text('operationId')}`)).body;
  await expect.poll(operation, { timeout: 60_000 }).toMatchObject({
    status: 'failed',
    error: { code: 'installation_restored', hint: expect.stringContaining('Check the resource') },
  });
  const statusOf = async (id: string) => (await again.get(`/instances/${id}`)).at('status');
  await expect.poll(() => statusOf(during.text('id')), { timeout: 60_000 }).toBe('running');
  await expect.poll(() => statusOf(deleted.text('id')), { timeout: 60_000 }).toBe('failed');
  expect(await statusOf(before.text('id'))).toBe('running');
  expect((await again.get(`/instances/${deleted.text('id')}`)).text('statusMessage')).toContain('no longer exists');
  expect((await again.get(`/instances/${after.text('id')}`)).status).toBe(404);
  // What was provisioned meanwhile is where it was, with its data.
  expect((await again.get(`/instances/${during.text('id')}`)).text('url')).toBe(duringUrl);
  expect((await fetch(`${duringUrl}/web/login`)).status).toBe(200);
  expect((await again.get(`/servers/${serverId}`)).at('status')).toBe('active');
  expect(await containers()).toEqual(standing);

  // New work goes on, on what was there and beside it.
  const restart = await again.post(`/instances/${during.text('id')}/restart`);
  expect((await again.finished(restart.text('operationId'))).at('data.operationUpdated.status')).toBe('succeeded');
  const left = new Map(standing);
  for (const [id, state] of await containers()) if (left.get(id) === state) left.delete(id);
  expect(left.size).toBe(1);
  expect(file).toContain('.age');
}, 900_000);
