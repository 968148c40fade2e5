import dgram from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';
import { expect } from 'vitest';
import { deliveries, hoursPass, it, newEndpoint } from './fixtures.ts';

it.for([
  ['http://hooks.example.com/', 'https'],
  ['ftp://hooks.example.com/', 'https'],
  ['hooks.example.com', 'https'],
  ['https://user:password@hooks.example.com/', 'https'],
  ['https://hooks.example.com/#part', 'https'],
  ['https://10.1.2.3/', 'destination'],
  ['https://192.168.1.1:8443/hook', 'destination'],
  ['https://localhost/', 'destination'],
  ['https://a.localhost./', 'destination'],
  ['https://127.0.0.2/', 'destination'],
  ['https://0x7f.2/', 'destination'],
  ['https://2130706434/', 'destination'],
  ['https://169.254.169.254/latest/meta-data', 'destination'],
  ['https://100.64.0.1/', 'destination'],
  ['https://224.0.0.1/', 'destination'],
  ['https://0.0.0.0/', 'destination'],
  ['https://[::1]/', 'destination'],
  ['https://[fe80::1]/', 'destination'],
  ['https://[fd00:ec2::254]/', 'destination'],
  ['https://[::ffff:10.0.0.1]/', 'destination'],
  ['https://[::ffff:8.8.8.8]/', 'destination'],
  ['https://[64:ff9b::10.0.0.1]/', 'destination'],
  ['https://[64:ff9b::8.8.8.8]/', 'destination'],
  ['https://[64:ff9b:1::10.0.0.1]/', 'destination'],
  ['https://[2002:a00:1::]/', 'destination'],
  ['https://[ff02::1]/', 'destination'],
])('refuses %s', async ([url, constraint], { owner }) => {
  const answer = await owner.post('/webhook-endpoints', { url, events: ['*'] });
  expect([answer.status, answer.at('error.code'), answer.at('error.details.field')]).toEqual([
    400,
    'validation_error',
    'url',
  ]);
  expect(answer.at('error.details.constraint')).toBe(constraint);
});

/** A name server that says the same of every name until it is told otherwise. */
async function nameServer(told: { address: string; asked: number }): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, from) => {
    const end = query.indexOf(0, 12) + 5;
    const isA = query.readUInt16BE(end - 4) === 1;
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(isA ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const address = Buffer.from(told.address.split('.').map(Number));
    const answer = Buffer.concat([Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]), address]);
    if (isA) told.asked += 1;
    socket.send(Buffer.concat([head, query.subarray(12, end), ...(isA ? [answer] : [])]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

it('checks the address of the connection itself, at every attempt', async ({ ocore, owner, receiver }) => {
  const told = { address: '127.0.0.1', asked: 0 };
  const socket = await nameServer(told);
  const before = dns.getServers();
  dns.setServers([`127.0.0.1:${socket.address().port}`]);
  try {
    // 127.0.0.1 stands for a public address: this operator allows it. The name leads there when it is checked first.
    const named = { url: `https://rebinds.receiver.test:${receiver.port}/hook` };
    receiver.answer = (response) => response.writeHead(500, { connection: 'close' }).end();
    const endpoint = await newEndpoint(owner, named);
    await expect.poll(() => receiver.received.length).toBe(1);
    // The receiver also listens where the name leads now.
    told.address = '127.0.0.2';
    await expect
      .poll(async () => {
        await hoursPass(ocore);
        return (await deliveries(owner, endpoint)).at('data.0.attempts.1');
      })
      .toMatchObject({
        status: null,
        error: 'rebinds.receiver.test leads to an address that webhooks may not be sent to',
      });
    expect(receiver.received.length).toBe(1);
    told.address = '127.0.0.1';
    receiver.answer = (response) => response.end('ok');
    await expect
      .poll(async () => {
        await hoursPass(ocore);
        return (await deliveries(owner, endpoint)).at('data.0.status');
      })
      .toBe('succeeded');
    expect(told.asked).toBeGreaterThan(2);
  } finally {
    dns.setServers(before);
    socket.close();
  }
});
