import { expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import type { Answer, Client } from '../kit/client.ts';

async function succeeded(owner: Client, answer: Answer): Promise<void> {
  const last = await owner.finished(answer.text('operationId'));
  expect([last.at('data.operationUpdated.status'), last.at('data.operationUpdated.error')]).toEqual([
    'succeeded',
    null,
  ]);
}

it('configures, rotates and maintains beside a real Odoo, which serves on', async ({ owner, server }) => {
  const made = await owner.post('/instances', {
    name: 'Ledger',
    serverId: await owner.activeServer(server),
    environmentId: await owner.environment(),
    adminEmail: 'admin@example.com',
  });
  await succeeded(owner, made);
  const id = made.text('id');
  const base = `/instances/${id}/database`;
  const url = (await owner.get(`/instances/${id}`)).text('url');
  const inDatabase = async (...command: string[]): Promise<string> => {
    const exec = await server.engine.docker
      .getContainer(`ocore-${id}-db`)
      .exec({ Cmd: command, AttachStdout: true, AttachStderr: true, Tty: true });
    let text = '';
    for await (const chunk of await exec.start({ Tty: true })) text += String(chunk);
    return text.replaceAll('\r', '').trim();
  };
  const psql = (statement: string): Promise<string> =>
    inDatabase('psql', '-X', '-A', '-t', '-q', '-U', 'postgres', '-d', 'ledger', '-c', statement);

  await succeeded(owner, await owner.patch(`${base}/config`, { preset: 'odoo' }));
  expect([await psql('SHOW jit'), (await fetch(`${url}/web/login`)).status]).toEqual(['off', 200]);

  let rotating = true;
  const statuses: number[] = [];
  const visiting = (async () => {
    while (rotating) statuses.push((await fetch(`${url}/web/login`)).status);
  })();
  await succeeded(owner, await owner.post(`${base}/rotate-password`));
  rotating = false;
  await visiting;
  expect([...new Set(statuses)]).toEqual([200]);
  // Whatever Odoo had open is gone: it signs in anew, with the password that it was started with. The page that meets a closed
  // connection fails, as it does with any PostgreSQL that is restarted.
  await psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'odoo' AND state = 'idle'");
  await expect.poll(async () => (await fetch(`${url}/web/login`)).status).toBe(200);
  await expect.poll(() => psql("SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'odoo'")).toBe('t');
  await succeeded(owner, await owner.post(`/instances/${id}/restart`));
  expect((await fetch(`${url}/web/login`)).status).toBe(200);

  // Odoo's own connections: its database, and the notifications of `postgres`, which need a session of their own.
  await succeeded(owner, await owner.put(`${base}/pooler`, {}));
  expect((await fetch(`${url}/web/login`)).status).toBe(200);
  await expect
    .poll(async () => JSON.stringify((await owner.get(`${base}/pooler`)).at('pools')), { timeout: 60_000 })
    .toMatch(/"postgres","clientsActive":[1-9]/);
  await succeeded(owner, await owner.post(`${base}/rotate-password`));
  await succeeded(owner, await owner.post(`/instances/${id}/restart`));
  expect((await fetch(`${url}/web/login`)).status).toBe(200);
  await succeeded(owner, await owner.delete(`${base}/pooler`));
  expect((await fetch(`${url}/web/login`)).status).toBe(200);

  await succeeded(owner, await owner.post(`${base}/maintenance`, { action: 'vacuum_analyze' }));
  const users = await owner.post(`${base}/query`, { sql: 'SELECT login FROM res_users WHERE id = 2' });
  expect(users.at('rows')).toEqual([['admin@example.com']]);
  expect((await owner.post(`${base}/users`, { name: 'reports' })).status).toBe(200);
  expect((await owner.get(`${base}/queries`)).status).toBe(200);
  // What Odoo dumps, any PostgreSQL takes: nothing in it names oCore's roles or extensions.
  const dump = await inDatabase('pg_dump', '-U', 'postgres', '--schema-only', 'ledger');
  expect(dump.split('\n').filter((line) => /ocore|pg_stat_statements|reports;/.test(line))).toEqual([]);
}, 400_000);
