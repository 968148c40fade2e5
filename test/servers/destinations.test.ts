import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { networkInterfaces } from 'node:os';
import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import { SshListener } from '../kit/ssh-listener.ts';

it.override('env', {
  SERVER_NETWORKS_DENIED: 'loopback,link-local,metadata,unspecified,multicast,own',
  SERVER_NETWORKS_ALLOWED: '127.0.0.3',
});

const body = (host: string, port = 22) => ({
  name: `Server ${Math.random()}`,
  host,
  port,
  sshUser: 'root',
  authMethod: 'password',
  sshPassword: 'secret',
});
const own = Object.values(networkInterfaces())
  .flatMap((all) => (all ?? []).map(({ address }) => address))
  .find((address) => !address.startsWith('127.') && !address.includes(':'));

it.for([
  '127.0.0.1',
  '127.8.9.10',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '0',
  '0.0.0.0',
  'localhost',
  'LOCALHOST',
  'any.localhost',
  '169.254.169.254',
  '0xa9fea9fe',
  '100.100.100.200',
  '224.0.0.1',
  '255.255.255.255',
  'fd00:ec2::254',
  'fe80::1',
  'ff02::1',
  '0:0:0:0:0:0:0:1',
  '0:0:0:0:0:0:0:0',
  '0:0:0:0:0:ffff:127.0.0.1',
  '0:0:0:0:0:ffff:7f00:1',
  '0:0:0:0:0:0:127.0.0.1',
  '0:0:0:0:ffff:0:7f00:1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1:7f00:0:100:0:1',
  '2002:7f00:1::1',
  '2001:0:0:0:0:0:80ff:fffe',
  '2001:db8::5efe:7f00:1',
  'localhost.',
  'fe80::1%lo',
  '[::ffff:127.0.0.1]',
  ...(own ? [own] : []),
])('does not register a server at %s where the operator denies that', async (host, { owner }) => {
  const answer = await owner.post('/servers', body(host));
  expect([answer.status, answer.at('error.code'), answer.at('error.details.field')]).toEqual([
    422,
    'destination_denied',
    'host',
  ]);
});

it('does not move a server there either, and lets what is allowed through', async ({ owner }) => {
  const made = await owner.post('/servers', body('127.0.0.3'));
  expect(made.status).toBe(202);
  await owner.finished(made.text('operationId'));
  expect(
    (await owner.patch(`/servers/${made.text('id')}`, { host: '127.0.0.2', sshPassword: 'secret' })).at('error.code'),
  ).toBe('destination_denied');
  expect((await owner.post('/servers', body('::1'))).status).toBe(422);
  expect((await owner.post('/servers', body('[0:0:0:0:0:0:0:1]'))).status).toBe(422);
}, 60_000);

it('connects to the address that it checked: a name is looked up once, and leads nowhere when all its addresses are denied', async ({
  owner,
}) => {
  const { lookup } = dns;
  const { lookup: lookupPromised } = dns.promises;
  const permitted = await SshListener.start('127.0.0.3');
  const forbidden = await SshListener.start('127.0.0.1', permitted.port);
  const named = { 'rebinding.test': ['127.0.0.1', '127.0.0.3'], 'forbidden.test': ['127.0.0.1', '::ffff:127.0.0.1'] };
  const asked: string[] = [];
  // The first look-up gives these; every other one gives the address that is denied.
  Reflect.set(dns.promises, 'lookup', (host: string) => {
    asked.push(host);
    return Promise.resolve(
      Object.entries(named)
        .find(([name]) => name === host)?.[1]
        .map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  });
  Reflect.set(
    dns,
    'lookup',
    (_host: string, options: { all?: boolean }, done: (error: null, found: unknown, family?: number) => void) => {
      if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
      else done(null, '127.0.0.1', 4);
    },
  );
  syncBuiltinESMExports();
  try {
    const codes: unknown[] = [];
    for (const name of ['rebinding.test', 'forbidden.test']) {
      const made = await owner.post('/servers', body(name, permitted.port));
      codes.push((await owner.finished(made.text('operationId'))).at('data.operationUpdated.error.code'));
    }
    expect(codes).toEqual(['ssh_auth_failed', 'destination_denied']);
    expect([permitted.connections, forbidden.connections, asked]).toEqual([1, 0, ['rebinding.test', 'forbidden.test']]);
  } finally {
    Reflect.set(dns, 'lookup', lookup);
    Reflect.set(dns.promises, 'lookup', lookupPromised);
    syncBuiltinESMExports();
    permitted.close();
    forbidden.close();
  }
}, 60_000);
