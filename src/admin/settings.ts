import { z } from 'zod';
import type { App } from '../app.ts';
import { AppError, validationError } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { oneLine, sendTestMail } from '../mail/index.ts';
import { parseNetworks } from '../networks.ts';
import { parse } from '../parse.ts';
import { quotaFields, readSettings, type Settings, smtpPasswordOwner } from '../settings/index.ts';
import { type Administrator, record } from './administrator.ts';
import { getUser } from './users.ts';

const line = (longest: number) => z.string().trim().min(1).max(longest).transform(oneLine);
const network = z
  .string()
  .trim()
  .min(1)
  .max(50)
  .superRefine((text, context) => {
    const parsed = text.includes(',') ? 'give one network per entry' : parseNetworks(text);
    if (typeof parsed === 'string')
      context.addIssue({ code: 'custom', message: parsed, params: { constraint: 'network' } });
  });

export const settingsInput = z.object({
  signupOpen: z.boolean().nullish(),
  smtpHost: z
    .string()
    .trim()
    .max(255)
    .regex(/^[\w.:-]+$/, 'must be a host name or an address')
    .nullish(),
  smtpPort: z.number().int().min(1).max(65535).nullish(),
  smtpTls: z.enum(['tls', 'starttls', 'none']).nullish(),
  smtpUser: z.string().max(255).nullish(),
  smtpPassword: z.string().min(1).max(1000).nullish(),
  smtpFrom: line(255).nullish(),
  ...quotaFields,
  auditRetentionDays: z.number().int().min(30).max(3650).nullish(),
  operationLogRetentionDays: z.number().int().min(1).max(3650).nullish(),
  brandName: line(50).nullish(),
  brandLogoUrl: z
    .url({ protocol: /^https$/, message: 'must be a URL that begins with https://' })
    .max(2048)
    .nullish(),
  maintenance: z.boolean().nullish(),
  maintenanceMessage: line(300).nullish(),
  sshNetworks: z.array(network).max(100).nullish(),
});

/** The settings as the API and the audit log show them: without the password of the mail server. */
export function shownSettings(settings: Settings) {
  const { mailServer, quotas, brand } = settings;
  return {
    signupOpen: settings.signupOpen,
    signupOpenIsSet: settings.signupOpenIsSet,
    smtpHost: mailServer?.host ?? null,
    smtpPort: mailServer?.port ?? null,
    smtpTls: mailServer?.tls ?? null,
    smtpUser: mailServer?.user ?? null,
    smtpPasswordIsSet: typeof mailServer?.passwordEnc === 'string',
    smtpFrom: settings.mailFrom,
    maxServers: quotas.servers,
    maxInstances: quotas.instances,
    maxMembers: quotas.members,
    maxProjects: quotas.projects,
    auditRetentionDays: settings.auditRetentionDays,
    operationLogRetentionDays: Math.max(1, Math.round(settings.operationLogRetentionDays)),
    brandName: brand.name,
    brandLogoUrl: brand.logoUrl,
    maintenance: settings.maintenance,
    maintenanceMessage: settings.maintenanceMessage,
    sshNetworks: [...settings.sshNetworks],
  };
}

export type ShownSettings = ReturnType<typeof shownSettings>;

export async function getSettings(app: App): Promise<ShownSettings> {
  return shownSettings(await readSettings(app.db.prisma, app));
}

type Input = z.infer<typeof settingsInput>;

/** What goes into the row. Without a server of its own the rest of the e-mail settings would have no meaning. */
function valuesOf(app: App, { smtpPassword, maintenance, sshNetworks, ...rest }: Input) {
  const sealed = smtpPassword ? app.secrets.seal(smtpPassword, smtpPasswordOwner()) : smtpPassword;
  const password = sealed === undefined ? {} : { smtpPasswordEnc: sealed };
  const none = { smtpPort: null, smtpTls: null, smtpUser: null, smtpPasswordEnc: null };
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...given,
    ...password,
    ...(rest.smtpHost === null ? none : {}),
    ...(maintenance === undefined ? {} : { maintenance: maintenance ?? false }),
    ...(sshNetworks === undefined ? {} : { sshNetworks: sshNetworks ?? [] }),
  };
}

/** A password goes to the host that it was given for, and to no other. */
function requirePasswordForHost(input: Input, before: Settings): void {
  const server = before.mailServer;
  const moved = server !== null && typeof input.smtpHost === 'string' && input.smtpHost !== server.host;
  if (moved && server.passwordEnc !== null && input.smtpPassword === undefined)
    throw validationError([
      {
        field: 'smtpPassword',
        constraint: 'required',
        message: 'smtpPassword: give the password for the new smtpHost, or null for none',
      },
    ]);
}

/** Changes what is given; null goes back to what the environment says. Every process knows it a moment later. */
export async function changeSettings(app: App, admin: Administrator, given: unknown): Promise<ShownSettings> {
  const input = parse(settingsInput, given);
  const after = await app.db.prisma.$transaction(async (tx) => {
    // One change after the other: what the audit log calls the state before is what it was.
    await tx.$executeRaw`INSERT INTO installation_settings (id, updated_at) VALUES (1, now()) ON CONFLICT DO NOTHING`;
    await tx.$queryRaw`SELECT 1 FROM installation_settings WHERE id = 1 FOR UPDATE`;
    const before = await readSettings(tx, app);
    requirePasswordForHost(input, before);
    await tx.installationSettings.update({ where: { id: 1 }, data: valuesOf(app, input) });
    const changed = await readSettings(tx, app);
    await record(tx, admin, {
      action: 'admin.settings_updated',
      resourceType: 'installation',
      resourceId: null,
      resourceName: null,
      before: shownSettings(before),
      after: { ...shownSettings(changed), ...(input.smtpPassword === undefined ? {} : { smtpPasswordChanged: true }) },
    });
    await notify(tx, ['settings']);
    return changed;
  });
  await app.settings.reload();
  return shownSettings(after);
}

/** Sends a test message to the administrator's own address, at once. */
export async function testMail(app: App, admin: Administrator): Promise<string> {
  const { email } = await getUser(app, admin.userId);
  await app.limits.countAttempt('mail', 'test', email);
  const reason = await sendTestMail(app, email).then(
    () => null,
    (error: unknown) => {
      if (error instanceof AppError) return error;
      throw error;
    },
  );
  await app.db.prisma.$transaction((tx) =>
    record(tx, admin, {
      action: 'admin.test_mail_sent',
      resourceType: 'installation',
      resourceId: null,
      resourceName: email,
      after: { error: reason?.message ?? null },
    }),
  );
  if (reason) throw reason;
  return email;
}
