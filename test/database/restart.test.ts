import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startEmbedded } from '../../prisma/embedded.ts';
import { DatabaseProxy } from '../kit/database-proxy.ts';
import { Ocore } from '../kit/ocore.ts';
import { Program } from '../kit/program.ts';

it('fails cleanly while the database is away, and goes on when it is back', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ocore-database-'));
  let database = await startEmbedded(dir);
  const proxy = await DatabaseProxy.start(database.url);
  const ocore = await Ocore.start({ DATABASE_URL: proxy.url });
  try {
    const owner = await ocore.owner();
    // Nobody listens there: the step tries again for some seconds, and meanwhile the database goes.
    const server = await owner.post('/servers', {
      name: 'Nobody',
      host: '127.0.0.1',
      port: 1,
      sshUser: 'root',
      authMethod: 'password',
      sshPassword: 'unused',
    });
    await sleep(1500);
    await database.stop();
    const away = await owner.get('/servers');
    expect([away.status, away.at('error.code')]).toEqual([503, 'service_unavailable']);
    expect((await owner.request('GET', '/readyz')).status).toBe(503);
    expect((await owner.request('GET', '/healthz')).status).toBe(200);
    database = await startEmbedded(dir);
    proxy.retarget(database.url);
    for (let i = 0; i < 100 && (await owner.request('GET', '/readyz')).status !== 200; i += 1) await sleep(100);
    expect((await owner.get('/servers')).status).toBe(200);
    const operation = await owner.finished(server.text('operationId'));
    expect(operation.at('data.operationUpdated.error.code')).toBe('ssh_unreachable');
    expect((await owner.get(`/servers/${server.text('id')}`)).at('status')).toBe('unreachable');
  } finally {
    await ocore.stop();
    await proxy.stop();
    await database.stop();
    await rm(dir, { recursive: true, force: true });
  }
}, 90_000);

it('does not wait for ever at its start for a database that takes the connection and says nothing', async () => {
  const silent = createServer(() => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const program = Program.run('src/main.ts', [], { DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/nothing` });
  expect(await program.ended()).toBe(1);
  expect(program.output).toContain('timeout');
  silent.close();
});
