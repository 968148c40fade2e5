import { expect } from 'vitest';
import { BrowserClient } from '../kit/browser.ts';
import { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';
import { WorkerProcess } from '../kit/worker.ts';

it.override('mailboxUp', false);
it.override('env', ({ mailbox }) => mailbox.env);

interface Row {
  attempts: number;
  sent: boolean;
  failed: boolean;
  erased: boolean;
  last_error: string | null;
}

async function rowOf(ocore: Ocore, recipient: string): Promise<Row | undefined> {
  return (
    await ocore.sql<Row>(
      'SELECT attempts, sent_at IS NOT NULL AS sent, failed_at IS NOT NULL AS failed, body_enc IS NULL AS erased, last_error FROM mails WHERE recipient = $1',
      [recipient],
    )
  )[0];
}

async function until(ocore: Ocore, recipient: string, holds: (row: Row) => boolean): Promise<Row> {
  for (;;) {
    const row = await rowOf(ocore, recipient);
    if (row && holds(row)) return row;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

it('outlives a mail server that is down: the letter arrives when it is up again, once, and its text is erased', async ({
  mailbox,
  ocore,
}) => {
  const owner = await ocore.owner('down');
  const waiting = await until(ocore, owner.email, (row) => row.attempts >= 2);
  expect([waiting.sent, waiting.failed, waiting.erased, waiting.last_error]).toEqual([
    false,
    false,
    false,
    expect.stringContaining('ECONNREFUSED'),
  ]);
  await mailbox.up();
  // A second process pumps, too: still one letter.
  const worker = new WorkerProcess(ocore, mailbox.env);
  const letter = await mailbox.next(owner.email);
  expect([letter.subject, letter.token.length > 40]).toEqual(['Verify your e-mail address for oCore', true]);
  expect((await until(ocore, owner.email, (row) => row.sent)).erased).toBe(true);
  const people = await Promise.all(['a', 'b', 'c', 'd'].map((name) => ocore.owner(name)));
  for (const person of people) await mailbox.next(person.email);
  for (const person of people) await until(ocore, person.email, (row) => row.sent);
  expect([owner, ...people].filter(({ email }) => mailbox.has(email))).toEqual([]);
  await worker.kill();
});

it('gives a letter up when the server says a lasting no, and audits that without its text', async ({
  mailbox,
  ocore,
}) => {
  const email = `refused-${Date.now()}@example.com`;
  mailbox.refuse(email);
  expect(
    (await new Client(ocore.url, null, null).post('/auth/signup', { email, password: 'correct horse 1', name: 'Ref' }))
      .status,
  ).toBe(201);
  const row = await until(ocore, email, ({ failed }) => failed);
  expect([row.attempts, row.erased, row.sent]).toEqual([1, true, false]);
  const [entry] = await ocore.sql<{ after_state: object }>(
    "SELECT after_state FROM audit_entries WHERE action = 'mail.failed' AND resource_name = $1",
    [email],
  );
  expect(entry?.after_state).toMatchObject({ attempts: 1, subject: 'Verify your e-mail address for oCore' });
});

it('has no outbox page where there is a mail server', async ({ ocore }) => {
  expect((await new BrowserClient(ocore.url).get('/outbox')).status).toBe(404);
});

it('shows letters on a local page where there is none, newest first, and to nobody else', async () => {
  const local = await Ocore.start();
  try {
    const first = await local.owner('first');
    const second = await local.owner('second');
    const browser = new BrowserClient(local.url);
    let text = '';
    while (!text.includes(second.email)) text = String((await browser.get('/outbox')).body);
    expect(text.indexOf(second.email)).toBeLessThan(text.indexOf(first.email));
    const link = /href="([^"]+verify-email[^"]+)"/.exec(text)?.[1] ?? '';
    await browser.submit(await browser.get(link));
    expect((await second.get('/user')).at('emailVerified')).toBe(true);
    expect((await browser.get('/outbox', { host: 'evil.example' })).status).toBe(403);
  } finally {
    await local.stop();
  }
});
