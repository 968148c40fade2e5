import type { App } from '../app.ts';
import { writeEntry } from '../audit/entry.ts';
import { WorkLoop } from '../events/work-loop.ts';
import { mailOwner } from './queue.ts';
import { branded } from './brand.ts';
import { sendsMail, type SmtpTransport, smtpTransport } from './transport.ts';

interface Due {
  id: string;
  recipient: string;
  subject: string;
  body_enc: string;
  attempts: number;
}

/** About a day of trying: 1, 2, 4 … seconds, then every hour. */
const maxAttempts = 34;
const delayOf = (attempts: number): number => Math.min(2 ** attempts, 3600);

/**
 * Takes one e-mail that is due. Its next attempt is set before it is sent: a process that dies in between leaves it to
 * the next one, and no lock is held while a mail server thinks.
 */
async function take(app: App): Promise<Due | undefined> {
  const [due] = await app.db.prisma.$queryRaw<Due[]>`
    UPDATE mails SET attempts = attempts + 1, next_attempt_at = now() + interval '2 minutes'
    WHERE id = (SELECT id FROM mails WHERE sent_at IS NULL AND failed_at IS NULL AND body_enc IS NOT NULL AND next_attempt_at <= now() ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, recipient, subject, body_enc, attempts`;
  return due;
}

/** A permanent rejection of this e-mail by the mail server (RFC 5321); other errors can be retried. */
function isLasting(error: unknown): boolean {
  const reply: unknown = error instanceof Error ? Reflect.get(error, 'responseCode') : undefined;
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof reply === 'number' && reply >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE');
}

/** What went wrong, in a few words that cannot hold the e-mail's text. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? '';
}

async function giveUp(app: App, due: Due, reason: string): Promise<void> {
  await app.db.prisma.$transaction(async (tx) => {
    await tx.mail.update({ where: { id: due.id }, data: { failedAt: new Date(), lastError: reason, bodyEnc: null } });
    const client = { requestId: `mail_${due.id}`, ipAddress: null, userAgent: null };
    await writeEntry(tx, client, {
      orgId: null,
      action: 'mail.failed',
      resourceType: 'mail',
      resourceId: due.id,
      resourceName: due.recipient,
      actor: { type: 'system', id: null, name: 'mail' },
      after: { subject: due.subject, attempts: due.attempts, reason },
    });
  });
  app.log.error(
    { requestId: `mail_${due.id}`, attempts: due.attempts, reason },
    'An e-mail could not be sent; no more retries',
  );
}

async function send(app: App, { transporter, from }: SmtpTransport, due: Due): Promise<void> {
  const { name } = app.settings.current.brand;
  try {
    const text = await app.secrets.open(due.body_enc, mailOwner(due.id));
    // The same id at every try: where an e-mail was accepted and the response lost, mail programs show one of the two.
    await transporter.sendMail({
      from,
      to: due.recipient,
      subject: branded(due.subject, name),
      text: branded(text, name),
      messageId: `<${due.id}@${new URL(app.config.APP_URL).hostname}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  } catch (error) {
    if (isLasting(error) || due.attempts >= maxAttempts) return giveUp(app, due, reasonOf(error));
    await app.db.prisma.mail.update({
      where: { id: due.id },
      data: { nextAttemptAt: new Date(Date.now() + delayOf(due.attempts - 1) * 1000), lastError: reasonOf(error) },
    });
    app.log.warn(
      { requestId: `mail_${due.id}`, attempts: due.attempts, reason: reasonOf(error) },
      'An e-mail could not be sent; it will be retried',
    );
    return;
  }
  await app.db.prisma.mail.update({
    where: { id: due.id },
    data: { sentAt: new Date(), bodyEnc: null, lastError: null },
  });
}

/** Without a mail server a developer reads the e-mails in the console and on /outbox, which is why their text is kept. */
async function show(app: App, due: Due): Promise<void> {
  if (app.config.ENVIRONMENT === 'development') {
    const text = await app.secrets.open(due.body_enc, mailOwner(due.id));
    app.print(
      `\n--- E-mail to ${due.recipient}: ${due.subject}\n${text}\n--- (no mail server is configured; also on ${app.config.APP_URL}/outbox)\n\n`,
    );
  }
  await app.db.prisma.mail.update({ where: { id: due.id }, data: { sentAt: new Date() } });
}

/** Whether e-mails are for reading here only: no mail server, and nobody else's data. */
export function isLocalOutbox(app: Pick<App, 'config' | 'settings'>): boolean {
  return app.config.ENVIRONMENT !== 'production' && !sendsMail(app);
}

/** Sends what is due, in every process that works, by the mail server that is set at the time. */
export function startMailPump(app: App): WorkLoop {
  if (!sendsMail(app) && !isLocalOutbox(app))
    app.log.warn('No mail server is configured (SMTP_URL, SMTP_HOST or the settings): e-mails stay queued');
  let transport: SmtpTransport | null = null;
  let madeFor: App['settings']['current'] | undefined;
  return new WorkLoop(app.events, 'mail', 1000, app.log, async () => {
    const { current } = app.settings;
    if (madeFor !== current) {
      transport?.transporter.close();
      transport = await smtpTransport(app);
      madeFor = current;
    }
    if (!transport && !isLocalOutbox(app)) return false;
    const due = await take(app);
    if (!due) return false;
    await (transport ? send(app, transport, due) : show(app, due));
    return true;
  });
}
