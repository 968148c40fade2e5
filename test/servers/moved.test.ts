import { afterAll, beforeAll, expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import { freePort } from '../kit/free-port.ts';
import { SshListener } from '../kit/ssh-listener.ts';

let listener: SshListener;
beforeAll(async () => {
  listener = await SshListener.start();
});
afterAll(async () => {
  listener?.close();
});

it('does not tell the kept password to another address', async ({ ocore }) => {
  const owner = await ocore.owner();
  await owner.post('/roles', { name: 'Servers', permissionIds: ['manage:servers', 'view:operations'] });
  const curious = await ocore.member(owner, 'Servers');
  const made = await owner.post('/servers', {
    name: 'Kept',
    host: '127.0.0.1',
    port: await freePort(),
    sshUser: 'root',
    authMethod: 'password',
    sshPassword: 'the kept password',
  });
  await owner.finished(made.text('operationId'));
  const { port, passwords } = listener;
  const moved = await curious.patch(`/servers/${made.text('id')}`, { port });
  if (typeof moved.at('operationId') === 'string') await curious.finished(moved.text('operationId'));
  expect(passwords).toEqual([]);
  expect([moved.status, moved.at('error.details.field')]).toEqual([400, 'sshPassword']);
  // With the password it is no secret.
  const again = await curious.patch(`/servers/${made.text('id')}`, { port, sshPassword: 'my own password' });
  await curious.finished(again.text('operationId'));
  expect(passwords).toEqual(['my own password']);
});
