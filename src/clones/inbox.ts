import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, notFound } from '../errors.ts';
import { getInstance, instanceResource } from '../instances/index.ts';
import { page, type Page, type PageArgs, type Seek } from '../lists.ts';
import type { RemoteHost } from '../remote/index.ts';
import { connectServer } from '../servers/index.ts';
import { inboxPort } from './mail-catcher.ts';

const mib = 1024 ** 2;
const timeoutMs = 15_000;
const maxMessages = 500;
const maxBodyBytes = 4 * mib;

/** What others wrote into an e-mail is text and nothing else: of control characters, only line breaks and tabs stay. */
const text = (most: number) =>
  z
    .string()
    .nullish()
    .transform((value) => (value ?? '').slice(0, most).replaceAll(/[[\p{Cc}\p{Cs}]--[\n\t]]/gv, ''));
const address = z
  .object({ Name: text(500), Address: text(500) })
  .nullish()
  .transform((value) => (value ? (value.Name ? `${value.Name} <${value.Address}>` : value.Address) : ''));
const addresses = z
  .array(address)
  .nullish()
  .transform((value) => (value ?? []).slice(0, 200));
const mailId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const at = z
  .string()
  .nullish()
  .transform((value) => {
    const date = new Date(value ?? '');
    return Number.isNaN(date.getTime()) ? new Date(0) : date;
  });

const summaryShape = z.object({
  ID: mailId,
  From: address,
  To: addresses,
  Cc: addresses,
  Bcc: addresses,
  Subject: text(1000),
  Created: at,
  Size: z.number().int().nonnegative().catch(0),
  Attachments: z.number().int().nonnegative().catch(0),
});
const listShape = z.object({ messages: z.array(summaryShape).max(maxMessages) });
const messageShape = z.object({
  Text: text(maxBodyBytes),
  HTML: text(maxBodyBytes),
  Attachments: z
    .array(z.object({ FileName: text(500), ContentType: text(200), Size: z.number().int().nonnegative().catch(0) }))
    .nullish()
    .transform((value) => (value ?? []).slice(0, 200)),
});

export interface CaughtMail {
  /** Ours, made of the catcher's: ids are of one form everywhere. */
  id: string;
  mailId: string;
  instanceId: string;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  receivedAt: Date;
  sizeBytes: number;
  attachmentCount: number;
}

export interface CaughtMailContent {
  text: string;
  html: string;
  attachments: { fileName: string; contentType: string; sizeBytes: number }[];
}

/** In the order of time, as all ids: the time of the e-mail first, then what tells it from others. */
function idOf(instanceId: string, { ID, Created }: z.infer<typeof summaryShape>): string {
  const time = Math.max(0, Created.getTime()).toString(16).padStart(12, '0').slice(-12);
  const rest = createHash('sha256').update(`${instanceId} ${ID}`).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
}

interface Inbox {
  host: RemoteHost;
  port: number;
}

async function openInbox(app: App, scope: OrgScope, instanceId: string): Promise<Inbox> {
  const instance = await getInstance(scope, instanceId);
  const host = await connectServer(app, scope.orgId, instance.serverId, undefined, 'looking');
  const port = await inboxPort(host, instance.id);
  if (port === undefined)
    throw new AppError(
      'unprocessable',
      'No mail catcher runs beside this instance: it is attached to clones, unless they were made without one',
      { field: 'instanceId', constraint: 'mail_catcher' },
    );
  return { host, port };
}

function parsed<T>(shape: z.ZodType<T>, { status, body }: { status: number; body: string }): T {
  try {
    if (status === 200) return shape.parse(JSON.parse(body));
  } catch {
    // Said below: what it sent is of no use to anybody.
  }
  throw new AppError('unprocessable', `The mail catcher gave an answer that is none (HTTP ${status})`, {
    constraint: 'mail_catcher',
  });
}

async function mailsOf({ host, port }: Inbox, instanceId: string): Promise<CaughtMail[]> {
  const path = `/api/v1/messages?limit=${maxMessages}`;
  const { messages } = parsed(listShape, await host.httpGet({ port, path, timeoutMs, maxBytes: maxBodyBytes }));
  return messages.map((one) => ({
    id: idOf(instanceId, one),
    mailId: one.ID,
    instanceId,
    from: one.From,
    to: one.To,
    cc: one.Cc,
    bcc: one.Bcc,
    subject: one.Subject,
    receivedAt: one.Created,
    sizeBytes: one.Size,
    attachmentCount: one.Attachments,
  }));
}

function sought(mails: readonly CaughtMail[], { take, direction, beyond }: Seek): CaughtMail[] {
  const sorted = mails.toSorted((a, b) => (a.id < b.id ? -1 : 1) * (direction === 'asc' ? 1 : -1));
  const after = sorted.filter(({ id }) => !beyond || (direction === 'asc' ? id > beyond.id : id < beyond.id));
  return after.slice(0, take);
}

/** The e-mails that a copy has sent, newest first. */
export async function listCaughtMails(
  app: App,
  scope: OrgScope,
  { instanceId, ...args }: PageArgs & { instanceId: string },
): Promise<Page<CaughtMail>> {
  const mails = await mailsOf(await openInbox(app, scope, instanceId), instanceId);
  return page(`caught mails of ${instanceId}`, args, {
    find: (seek) => Promise.resolve(sought(mails, seek)),
    count: () => Promise.resolve(mails.length),
  });
}

async function findMail(app: App, scope: OrgScope, instanceId: string, id: string) {
  const inbox = await openInbox(app, scope, instanceId);
  const mail = (await mailsOf(inbox, instanceId)).find((one) => one.id === id);
  if (!mail) throw notFound('caught mail', id);
  return { inbox, mail };
}

/** One e-mail with its content, of which nothing may be trusted. */
export async function getCaughtMail(
  app: App,
  scope: OrgScope,
  instanceId: string,
  id: string,
): Promise<CaughtMail & CaughtMailContent> {
  const { inbox, mail } = await findMail(app, scope, instanceId, id);
  const path = `/api/v1/message/${mail.mailId}`;
  const answer = await inbox.host.httpGet({ port: inbox.port, path, timeoutMs, maxBytes: 4 * maxBodyBytes });
  if (answer.status === 404) throw notFound('caught mail', id);
  const { Text, HTML, Attachments } = parsed(messageShape, answer);
  return {
    ...mail,
    text: Text,
    html: HTML,
    attachments: Attachments.map(({ FileName, ContentType, Size }) => ({
      fileName: FileName,
      contentType: ContentType,
      sizeBytes: Size,
    })),
  };
}

/** Deletes one e-mail, or all of them. Gives how many. */
export async function deleteCaughtMails(app: App, scope: OrgScope, instanceId: string, id?: string | null) {
  const instance = await getInstance(scope, instanceId);
  const inbox = await openInbox(app, scope, instanceId);
  const mails = await mailsOf(inbox, instanceId);
  const chosen = id ? mails.filter((one) => one.id === id) : mails;
  if (id && chosen.length === 0) throw notFound('caught mail', id);
  if (chosen.length > 0) {
    const body = JSON.stringify({ IDs: chosen.map(({ mailId: one }) => one) });
    const { status } = await inbox.host.httpDelete({ port: inbox.port, path: '/api/v1/messages', body, timeoutMs });
    if (status !== 200)
      throw new AppError('unprocessable', `The mail catcher did not delete (HTTP ${status})`, {
        constraint: 'mail_catcher',
      });
  }
  await mutate(app, scope, ({ record }) =>
    record({
      action: 'instance.caught_mails_deleted',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { deleted: chosen.length },
    }),
  );
  return { deleted: chosen.length };
}
