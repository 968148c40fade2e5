import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { freePort } from '../kit/free-port.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';
import { Program } from '../kit/program.ts';

const run = promisify(execFile);
const entryShape = z.looseObject({ id: z.string(), action: z.string(), resourceName: z.string().nullable() });
type Entry = z.infer<typeof entryShape>;

const names = (entries: readonly Entry[]): (string | null)[] =>
  entries.filter(({ action }) => action === 'project.created').map(({ resourceName }) => resourceName);

function portOf(server: Server | TlsServer): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listen(server: Server | TlsServer, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return portOf(server);
}

async function certificate(): Promise<{ certFile: string; cert: Buffer; key: Buffer }> {
  const dir = await mkdtemp(join(tmpdir(), 'ocore-syslog-'));
  const [keyFile, certFile] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  await run('openssl', ['req', '-x509', ...key, '-out', certFile, '-days', '2', ...subject]);
  return { certFile, cert: await readFile(certFile), key: await readFile(keyFile) };
}

/** The messages of RFC 5425: each with its length in octets before it. */
function messagesOf(octets: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < octets.length; ) {
    const space = octets.indexOf(' ', at);
    const length = Number(octets.subarray(at, space).toString());
    expect(length).toBeGreaterThan(0);
    messages.push(octets.subarray(space + 1, space + 1 + length).toString('utf8'));
    at = space + 1 + length;
  }
  return messages;
}

it('forwards to syslog over TLS, and only to a receiver whose certificate it trusts', async () => {
  const { certFile, cert, key } = await certificate();
  const messages: string[] = [];
  const receiver = createTlsServer({ cert, key }, (socket) => {
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('end', () => {
      messages.push(...messagesOf(Buffer.concat(parts)));
    });
    socket.on('error', () => {});
  });
  const port = await listen(receiver);
  onTestFinished(() => new Promise((resolve) => receiver.close(() => resolve())));
  const ocore = await Ocore.start({ AUDIT_SYSLOG_URL: `tls://localhost:${port}`, AUDIT_SYSLOG_CA: certFile });
  onTestFinished(() => ocore.stop());
  const owner = await ocore.owner();
  await owner.post('/projects', { name: 'Größe' });
  await expect
    .poll(() => messages.some((message) => message.includes('project.created')), { timeout: 30_000 })
    .toBe(true);
  const message = messages.find((one) => one.includes('project.created')) ?? '';
  // PRI VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG (RFC 5424)
  const parts = /^<109>1 (\S+) (\S+) ocore - project\.created - \uFEFF(\{.*\})$/s.exec(message);
  expect(new Date(parts?.[1] ?? '').getTime()).toBeGreaterThan(Date.now() - 600_000);
  expect(JSON.parse(parts?.[3] ?? '')).toEqual(
    expect.objectContaining({
      resourceName: 'Größe',
      userName: 'owner',
      afterState: expect.objectContaining({ name: 'Größe' }),
    }),
  );
  expect(messages.map((one) => one.length).every((length) => length <= 8192)).toBe(true);

  const suspicious = await Ocore.start({ AUDIT_SYSLOG_URL: `tls://localhost:${port}` });
  onTestFinished(() => suspicious.stop());
  await suspicious.owner('nobody');
  await expect
    .poll(() => suspicious.sql("SELECT 1 FROM audit_positions WHERE reader = 'syslog' AND failures > 0"), {
      timeout: 30_000,
    })
    .toHaveLength(1);
  expect(messages.some((one) => one.includes('nobody'))).toBe(false);
}, 180_000);

it('posts signed batches, again and again while the receiver is dead or refuses, across a crash, and loses nothing', async ({
  ocore,
  owner,
}) => {
  const secret = `whsec_${Buffer.from('a secret that only both of them know').toString('base64')}`;
  const received: Entry[] = [];
  const ids: string[] = [];
  let status = 500;
  const receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      const [id, at, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
        String(request.headers[name]),
      );
      const wanted = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(`${id}.${at}.${body}`)
        .digest('base64');
      expect(signature).toBe(`v1,${wanted}`);
      ids.push(String(id));
      if (status === 200) received.push(...z.object({ entries: z.array(entryShape) }).parse(JSON.parse(body)).entries);
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  const port = await freePort();
  const env = {
    AUDIT_HTTP_URL: `http://127.0.0.1:${port}/audit`,
    AUDIT_HTTP_SECRET: secret,
    OCORE_ROLE: 'worker',
    DATABASE_URL: ocore.running.databaseUrl,
    SSH_ENCRYPTION_KEY: shared,
  };
  const failures = async (): Promise<number> =>
    Number((await ocore.sql("SELECT failures FROM audit_positions WHERE reader = 'http'"))[0]?.['failures'] ?? 0);
  const soon = () => ocore.sql("UPDATE audit_positions SET lease_until = now() WHERE reader = 'http'");
  for (const name of ['While it is dead', 'And another']) await owner.post('/projects', { name });
  const first = await Program.start(env);
  onTestFinished(() => Program.endAll());
  // Nobody listens.
  await expect.poll(failures, { timeout: 30_000 }).toBeGreaterThan(0);
  // A dead receiver is nobody else's concern.
  await expect
    .poll(() =>
      ocore.sql(
        "SELECT 1 FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id WHERE resource_name = 'And another'",
      ),
    )
    .toHaveLength(1);
  await listen(receiver, port);
  onTestFinished(() => new Promise((resolve) => receiver.close(() => resolve())));
  for (const refusal of [500, 302]) {
    status = refusal;
    const before = await failures();
    await soon();
    await expect.poll(failures, { timeout: 30_000 }).toBeGreaterThan(before);
  }
  // The same batch is the same message, however often it is sent.
  expect(new Set(ids).size).toBe(1);
  expect(received).toEqual([]);
  await first.kill('SIGKILL');
  await owner.post('/projects', { name: 'After the crash' });
  status = 200;
  await soon();
  const second = await Program.start(env);
  await expect
    .poll(() => names(received), { timeout: 60_000 })
    .toEqual(['While it is dead', 'And another', 'After the crash']);
  const count = received.length;
  await owner.post('/projects', { name: 'At last' });
  await expect.poll(() => names(received), { timeout: 30_000 }).toContain('At last');
  expect(received.length).toBe(count + 1);
  expect(new Set(received.map(({ id }) => id)).size).toBe(received.length);
  await second.kill('SIGTERM');
}, 240_000);

const shared = 'the same key in all processes of this test file';
it.override('env', { SSH_ENCRYPTION_KEY: shared });
