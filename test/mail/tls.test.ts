import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import { Mailbox } from '../kit/mailbox.ts';
import { WorkerProcess } from '../kit/worker.ts';

const run = promisify(execFile);
const credentials = { user: 'ocore', password: 'Pa/ss:w@rd+1' };

// Letters are written here, and sent by the workers alone, each of which has a mail server of its own.
it.override('env', { OCORE_ROLE: 'gateway', SMTP_HOST: '127.0.0.1' });

let keyFile: string;
let certFile: string;
const mailboxes: Mailbox[] = [];
const workers: WorkerProcess[] = [];

it.beforeAll(async ({ ocore }) => {
  keyFile = join(ocore.dir, 'mail-key.pem');
  certFile = join(ocore.dir, 'mail-cert.pem');
  const names = ['-subj', '/CN=mail.test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  await run('openssl', ['req', '-x509', ...key, '-out', certFile, '-days', '2', ...names]);
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((one) => one.kill()));
  await Promise.all(mailboxes.splice(0).map((one) => one.down()));
});

async function guarded(tls: 'tls' | 'starttls'): Promise<Mailbox> {
  const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certFile, 'utf8')]);
  const mailbox = await Mailbox.start({ guarded: { key, cert, tls, ...credentials } });
  mailboxes.push(mailbox);
  return mailbox;
}

const separate = (port: number, tls: string): Record<string, string> => ({
  SMTP_HOST: '127.0.0.1',
  SMTP_PORT: String(port),
  SMTP_USER: credentials.user,
  SMTP_PASSWORD: credentials.password,
  SMTP_TLS: tls,
});

it.for<[what: string, tls: 'tls' | 'starttls', settings: (port: number) => Record<string, string>]>([
  ['TLS from the first byte', 'tls', (port) => separate(port, 'tls')],
  ['STARTTLS', 'starttls', (port) => separate(port, 'starttls')],
  [
    'a URL with name and password',
    'tls',
    (port) => ({
      SMTP_URL: `smtps://${credentials.user}:${encodeURIComponent(credentials.password)}@127.0.0.1:${port}`,
    }),
  ],
])('sends letters by %s, to a server that wants to know who sends them', async ([, tls, settings], { ocore }) => {
  const mailbox = await guarded(tls);
  const owner = await ocore.owner();
  workers.push(new WorkerProcess(ocore, { ...settings(mailbox.port), NODE_EXTRA_CA_CERTS: certFile }));
  const letter = await mailbox.next(owner.email);
  expect(letter.subject).toBe('Verify your e-mail address for oCore');
  expect(mailbox.signIns[0]).toEqual({ ...credentials, overTls: true });
});

it.for<[what: string, trusts: boolean, start: () => Promise<Mailbox>, error: RegExp]>([
  ['whose certificate nobody vouches for', false, () => guarded('tls'), /self-signed certificate/],
  ['that offers no STARTTLS', true, () => Mailbox.start(), /STARTTLS/],
])('sends neither password nor letter to a server %s, and tries again', async ([, trusts, start, error], { ocore }) => {
  const mailbox = await start();
  mailboxes.push(mailbox);
  const owner = await ocore.owner();
  const settings = separate(mailbox.port, trusts ? 'starttls' : 'tls');
  workers.push(new WorkerProcess(ocore, { ...settings, ...(trusts ? { NODE_EXTRA_CA_CERTS: certFile } : {}) }));
  const row = async () =>
    (
      await ocore.sql<{ attempts: number; sent: boolean; failed: boolean; last_error: string | null }>(
        'SELECT attempts, sent_at IS NOT NULL AS sent, failed_at IS NOT NULL AS failed, last_error FROM mails WHERE recipient = $1',
        [owner.email],
      )
    )[0];
  await expect.poll(async () => (await row())?.attempts, { timeout: 60_000 }).toBeGreaterThan(1);
  expect(await row()).toMatchObject({ sent: false, failed: false, last_error: expect.stringMatching(error) });
  expect([mailbox.signIns, mailbox.attempts]).toEqual([[], 0]);
});
