import type { InstanceClone as InstanceCloneRow } from '../prisma/generated/client/client.ts';
import { cloneEnvironment, cloneInstance, getInstanceClone } from '../src/clones/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { InstancePayload } from './instance-changes.ts';

const InstanceClone = builder.objectRef<InstanceCloneRow>('InstanceClone').implement({
  description: 'What an instance is a neutralised copy of.',
  fields: (t) => ({
    instanceId: t.exposeID('instanceId', { description: 'The copy.' }),
    operationId: t.exposeID('operationId', { description: 'The operation that made it.' }),
    sourceInstanceId: t.exposeID('sourceInstanceId', { description: 'The original, which may be gone.' }),
    sourceInstanceName: t.exposeString('sourceInstanceName', { description: 'The name of the original at that time.' }),
    sourceEnvironmentId: t.exposeID('sourceEnvironmentId', { description: 'The environment of the original.' }),
    backupId: t.exposeID('backupId', {
      nullable: true,
      description: 'The backup that it was made of; null for a snapshot that was taken for it.',
    }),
    includeFilestore: t.exposeBoolean('includeFilestore', { description: 'Whether it has the files of the original.' }),
    mailCatcher: t.exposeBoolean('mailCatcher', {
      description: 'Whether its e-mails are caught and can be read; otherwise they go nowhere.',
    }),
    anonymized: t.exposeBoolean('anonymized', { description: 'Whether personal data was replaced.' }),
    neutralizedAt: t.expose('neutralizedAt', {
      type: 'DateTime',
      description: 'When it was neutralised and verified, before anything of Odoo ran on it.',
    }),
  }),
});

const AnonymizationPreset = builder.enumType('AnonymizationPreset', {
  description: 'Personal data that is replaced together.',
  values: {
    contacts: { description: 'Contacts, leads and bank accounts: names, addresses, e-mails, phone numbers, pictures.' },
    users: { description: 'Users: logins, passwords, signatures. Nobody but `keepLogins` can sign in then.' },
    employees: { description: 'Employees: names, private addresses, identity numbers, birthdays, pictures.' },
  } as const,
});
const AnonymizationReplacement = builder.enumType('AnonymizationReplacement', {
  description: 'What a value is replaced with. It is made of the id of its row.',
  values: {
    name: { description: '`Person 42`.' },
    email: { description: '`person-42@example.invalid`.' },
    phone: { description: '`+1 555 0000042`.' },
    text: { description: '`Anonymised`.' },
    empty: { description: 'Nothing. The column must allow it.' },
  } as const,
});
const AnonymizationRuleInput = builder.inputType('AnonymizationRuleInput', {
  description: 'One column whose values are replaced. The clone fails if the database does not have it.',
  fields: (t) => ({
    table: t.string({ required: true, description: 'The table in PostgreSQL, such as `crm_lead`.' }),
    column: t.string({ required: true, description: 'The column, such as `contact_name`.' }),
    replacement: t.field({ type: AnonymizationReplacement, required: true, description: 'What stands there then.' }),
  }),
});
const AnonymizationInput = builder.inputType('AnonymizationInput', {
  description:
    'Which personal data is replaced in the copy before Odoo starts. Texts in which people write about people, such as messages and notes, stay as they are.',
  fields: (t) => ({
    presets: t.field({ type: [AnonymizationPreset], description: 'Data that is replaced together.' }),
    rules: t.field({ type: [AnonymizationRuleInput], description: 'Single columns, up to 200.' }),
    keepLogins: t.stringList({ description: 'Logins of users who keep their login, password and contact.' }),
  }),
});

const CloneInput = builder.inputType('CloneInput', {
  description:
    'What a copy is made of and where. Give `environmentId` for a new instance, or `targetInstanceId` for one whose data is replaced.',
  fields: (t) => ({
    environmentId: t.id({ description: 'The staging or development environment of a new instance.' }),
    name: t.string({ description: 'The name of a new instance. Default: the name of the original and “(copy)”.' }),
    slug: t.string({ description: 'The slug of a new instance. Default: made of its name.' }),
    serverId: t.id({ description: 'The server of a new instance. Default: the server of the original.' }),
    targetInstanceId: t.id({
      description: 'An instance in a staging or development environment, whose data is replaced by the copy.',
    }),
    confirmName: t.string({ description: 'The exact name of the instance that is replaced; required with it.' }),
    backupId: t.id({ description: 'A completed backup of the original. Default: a new snapshot of it.' }),
    destinationId: t.id({
      description:
        'The backup destination by which a new snapshot goes. Default: on the same server, beside the original; to another server, the destination of its last backup, or the only one.',
    }),
    includeFilestore: t.boolean({ description: 'Whether the files of the original are copied. Default: true.' }),
    mailCatcher: t.boolean({
      description: 'Whether a mail catcher takes the e-mails of the copy. Default: true; otherwise they go nowhere.',
    }),
    anonymize: t.field({ type: AnonymizationInput, description: 'Personal data that is replaced.' }),
  }),
});

builder.queryFields((t) => ({
  instanceClone: t.field({
    type: InstanceClone,
    authScopes: { permission: 'view:instances' },
    description: 'What an instance is a copy of; `not_found` for one that is none.',
    args: { instanceId: t.arg.id({ required: true, description: 'The copy.' }) },
    resolve: (_root, { instanceId }, context) => getInstanceClone(orgScope(context), instanceId),
  }),
}));

builder.mutationFields((t) => ({
  cloneInstance: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description:
      'Copies an instance into a staging or development environment. The copy is neutralised and verified before anything of Odoo runs on it: no e-mails, no scheduled actions, no payments, no webhooks. Needs manage:backups for the original, and manage:databases for an instance that is replaced.',
    args: {
      id: t.arg.id({ required: true, description: 'The original. It goes on meanwhile.' }),
      input: t.arg({ type: CloneInput, required: true, description: 'Where to, and what.' }),
    },
    resolve: (_root, { id, input }, context) => cloneInstance(context.app, orgScope(context), id, input),
  }),
  cloneEnvironment: t.field({
    type: InstancePayload,
    authScopes: { permission: 'manage:instances' },
    description: 'Copies the instance of an environment, of several the oldest, as cloneInstance does.',
    args: {
      id: t.arg.id({ required: true, description: 'The environment of the original.' }),
      input: t.arg({ type: CloneInput, required: true, description: 'Where to, and what.' }),
    },
    resolve: (_root, { id, input }, context) => cloneEnvironment(context.app, orgScope(context), id, input),
  }),
}));
