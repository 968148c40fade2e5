import { changeSettings, getSettings, type ShownSettings, testMail } from '../src/admin/index.ts';
import { administrator } from './admin-user.ts';
import { builder } from './builder.ts';

const MailTls = builder.enumType('MailTls', {
  description: 'How the connection to the mail server is encrypted.',
  values: {
    tls: { description: 'From the first byte, usually on port 465.' },
    starttls: { description: 'After the greeting, usually on port 587. It is required.' },
    none: { description: 'Not at all: only for a mail server on the same machine.' },
  } as const,
});

const quota = 'that an organization may have unless it has a quota of its own; null for no limit.';

const Settings = builder.objectRef<ShownSettings>('InstallationSettings').implement({
  description: 'The settings of this installation that the administrator can change at runtime.',
  fields: (t) => ({
    signupOpen: t.exposeBoolean('signupOpen', {
      description: 'Whether anyone may sign up. With closed sign-up, people with an invitation can still sign up.',
    }),
    signupOpenIsSet: t.exposeBoolean('signupOpenIsSet', {
      description: 'Whether the administrator has set this; otherwise the environment variable `SIGNUP_OPEN` applies.',
    }),
    smtpHost: t.exposeString('smtpHost', {
      nullable: true,
      description: 'The mail server; null for that of the environment variables.',
    }),
    smtpPort: t.exposeInt('smtpPort', { nullable: true, description: 'Its port.' }),
    smtpTls: t.expose('smtpTls', { type: MailTls, nullable: true, description: 'How the connection is encrypted.' }),
    smtpUser: t.exposeString('smtpUser', { nullable: true, description: 'The user at the mail server.' }),
    smtpPasswordIsSet: t.exposeBoolean('smtpPasswordIsSet', {
      description: 'Whether a password is stored. It is encrypted, and no response has it.',
    }),
    smtpFrom: t.exposeString('smtpFrom', {
      nullable: true,
      description: 'The sender of e-mails; null for that of the environment variables.',
    }),
    maxServers: t.exposeInt('maxServers', { nullable: true, description: `How many servers ${quota}` }),
    maxInstances: t.exposeInt('maxInstances', { nullable: true, description: `How many instances ${quota}` }),
    maxMembers: t.exposeInt('maxMembers', { nullable: true, description: `How many members ${quota}` }),
    maxProjects: t.exposeInt('maxProjects', { nullable: true, description: `How many projects ${quota}` }),
    auditRetentionDays: t.exposeInt('auditRetentionDays', {
      description: 'How many days a new organization keeps its audit log. It can choose another number.',
    }),
    operationLogRetentionDays: t.exposeInt('operationLogRetentionDays', {
      description: 'How many days the logs of operations are kept after their end.',
    }),
    brandName: t.exposeString('brandName', { description: 'What e-mails and pages call this installation.' }),
    brandLogoUrl: t.exposeString('brandLogoUrl', { nullable: true, description: 'The picture on its pages.' }),
    maintenance: t.exposeBoolean('maintenance', {
      description:
        'Whether the installation is in maintenance: reads work, changes are refused with `maintenance`, except those of administrators, and accepted operations go on.',
    }),
    maintenanceMessage: t.exposeString('maintenanceMessage', {
      nullable: true,
      description: 'What those are told whose changes are refused.',
    }),
    sshNetworks: t.exposeStringList('sshNetworks', {
      description: 'The networks that servers must be in; empty for all that the environment variables allow.',
    }),
  }),
});

const SettingsInput = builder.inputType('InstallationSettingsInput', {
  description: 'The settings to change. Absent fields keep their value; null restores the default.',
  fields: (t) => ({
    signupOpen: t.boolean({
      description: 'Whether anyone may sign up; null restores the value of the environment variable.',
    }),
    smtpHost: t.string({
      description: 'The mail server; null forgets it with its port, user and password, and restores the environment’s.',
    }),
    smtpPort: t.int({ description: 'Its port. Default: 587.' }),
    smtpTls: t.field({ type: MailTls, description: 'How the connection is encrypted. Default: starttls.' }),
    smtpUser: t.string({ description: 'The user at the mail server; null to send without signing in.' }),
    smtpPassword: t.string({ description: 'The password. It is stored encrypted. A new host needs it again.' }),
    smtpFrom: t.string({ description: 'The sender: `Acme <ocore@example.com>`.' }),
    maxServers: t.int({ description: 'How many servers an organization may have; null for no limit.' }),
    maxInstances: t.int({ description: 'How many instances an organization may have; null for no limit.' }),
    maxMembers: t.int({ description: 'How many members an organization may have; null for no limit.' }),
    maxProjects: t.int({ description: 'How many projects an organization may have; null for no limit.' }),
    auditRetentionDays: t.int({ description: '30 to 3650, for organizations created from now on. Default: 365.' }),
    operationLogRetentionDays: t.int({ description: '1 to 3650; null restores the environment variable.' }),
    brandName: t.string({ description: 'Up to 50 characters. Default: oCore.' }),
    brandLogoUrl: t.string({ description: 'The https:// URL of a picture; null for none.' }),
    maintenance: t.boolean({ description: 'Whether the installation is in maintenance.' }),
    maintenanceMessage: t.string({ description: 'Up to 300 characters, such as when it ends.' }),
    sshNetworks: t.stringList({
      description: 'Addresses, CIDR ranges, or names such as `private`; an empty list or null for no restriction.',
    }),
  }),
});

builder.queryField('installationSettings', (t) =>
  t.field({
    type: Settings,
    authScopes: { admin: true },
    description: 'The settings of this installation.',
    resolve: (_root, _args, { app }) => getSettings(app),
  }),
);
builder.mutationFields((t) => ({
  updateInstallationSettings: t.field({
    type: Settings,
    authScopes: { admin: true },
    description: 'Changes settings of this installation. They apply in every process, without a restart.',
    args: { input: t.arg({ type: SettingsInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) => changeSettings(context.app, administrator(context), input),
  }),
  adminSendTestMail: t.string({
    authScopes: { admin: true },
    description:
      'Sends a test message to your own address at once, past the queue, and returns the address. An error says what the mail server said.',
    resolve: (_root, _args, context) => testMail(context.app, administrator(context)),
  }),
}));
