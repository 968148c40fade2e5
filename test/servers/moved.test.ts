import { once } from 'node:events';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../kit/free-port.ts';
import { Ocore } from '../kit/ocore.ts';

let ocore: Ocore;
let listener: ssh2.Server;
const heard: string[] = [];

beforeAll(async () => {
  ocore = await Ocore.start();
  // Somebody's own SSH server, which writes down what it is told.
  listener = new ssh2.Server({ hostKeys: [ssh2.utils.generateKeyPairSync('ed25519').private] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (attempt) => {
      if (attempt.method !== 'password') return attempt.reject(['password']);
      heard.push(attempt.password);
      return attempt.reject();
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
});
afterAll(async () => { await ocore?.stop(); listener?.close(); });

it('does not tell the kept password to another address', async () => {
  const owner = await ocore.owner();
  await owner.post('/roles', { name: 'Servers', permissionIds: ['manage:servers', 'view:operations'] });
  const curious = await ocore.member(owner, 'Servers');
  const made = await owner.post('/servers', { name: 'Kept', host: '127.0.0.1', port: await freePort(), sshUser: 'root', authMethod: 'password', sshPassword: 'the kept password' });
  await owner.finished(made.text('operationId'));
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const moved = await curious.patch(`/servers/${made.text('id')}`, { port });
  if (typeof moved.at('operationId') === 'string') await curious.finished(moved.text('operationId'));
  expect(heard).toEqual([]);
  expect([moved.status, moved.at('error.details.field')]).toEqual([400, 'sshPassword']);
  // With the password it is no secret.
  const again = await curious.patch(`/servers/${made.text('id')}`, { port, sshPassword: 'my own password' });
  await curious.finished(again.text('operationId'));
  expect(heard).toEqual(['my own password']);
});
