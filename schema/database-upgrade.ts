import {
  type DatabaseUpgrade as UpgradeRow,
  databaseUpgrade,
  rehearseDatabaseUpgrade,
  upgradeDatabase,
} from '../src/database-upgrades/index.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { DatabasePayload } from './database-changes.ts';
import { idArg, Instance } from './instance.ts';
import { sees } from './loaders.ts';

const Target = builder.objectRef<UpgradeRow['targets'][number]>('DatabaseUpgradeTarget').implement({
  description: 'A release of PostgreSQL that an instance can be upgraded to.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'The major release, such as 18.' }),
    image: t.exposeString('image', { description: 'The image that has it.' }),
  }),
});

const RehearsalStatus = builder.enumType('DatabaseUpgradeRehearsalStatus', {
  description: 'How a rehearsal ended.',
  values: {
    succeeded: { description: 'The database was moved to the new release, with all rows, and Odoo started over it.' },
    failed: { description: 'It was not; `message` says why.' },
  } as const,
});

const Rehearsal = builder.objectRef<NonNullable<UpgradeRow['rehearsal']>>('DatabaseUpgradeRehearsal').implement({
  description: 'An upgrade of PostgreSQL that was tried on a copy of the database.',
  fields: (t) => ({
    operationId: t.exposeID('operationId', { description: 'The operation, which has the log.' }),
    targetVersion: t.exposeInt('targetVersion', { description: 'The release that it tried.' }),
    targetImage: t.exposeString('targetImage', { description: 'The image of that release.' }),
    fromImage: t.exposeString('fromImage', { description: 'The image that the instance had.' }),
    status: t.expose('status', { type: RehearsalStatus, description: 'How it ended.' }),
    valid: t.exposeBoolean('valid', {
      description:
        'Whether an upgrade to this release can be started: it succeeded in the last seven days, with the images of now.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'The error code; null if it succeeded.' }),
    message: t.exposeString('message', { nullable: true, description: 'What went wrong; null if it succeeded.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', description: 'When it ended.' }),
    dumpSeconds: t.exposeFloat('dumpSeconds', {
      nullable: true,
      description: 'How long the dump took; null if it was not reached.',
    }),
    loadSeconds: t.exposeFloat('loadSeconds', {
      nullable: true,
      description: 'How long it took to load the dump; null if it was not reached.',
    }),
    checkSeconds: t.exposeFloat('checkSeconds', {
      nullable: true,
      description: 'How long it took to compare the rows and to analyse the tables; null if it was not reached.',
    }),
    startSeconds: t.exposeFloat('startSeconds', {
      nullable: true,
      description: 'How long Odoo took to show its login page; null if it was not reached.',
    }),
    tables: t.exposeInt('tables', {
      nullable: true,
      description: 'How many tables were compared; null if the dump was not reached.',
    }),
    databaseBytes: t.expose('databaseBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'The size of the dump; null if it was not reached.',
    }),
  }),
});

const DatabaseUpgrade = builder.objectRef<UpgradeRow>('DatabaseUpgrade').implement({
  description: 'What the PostgreSQL of an instance can be upgraded to, and what is known about that.',
  fields: (t) => ({
    instanceId: t.exposeID('instanceId', { description: 'The instance.' }),
    image: t.exposeString('image', { description: 'The image that its PostgreSQL runs.' }),
    version: t.exposeInt('version', {
      nullable: true,
      description: 'The major release, by the tag of the image; null if that does not say.',
    }),
    targets: t.field({
      type: [Target],
      description: 'The newer releases that it can be upgraded to, the oldest first.',
      resolve: ({ targets }) => targets,
    }),
    replicas: t.exposeInt('replicas', {
      description: 'The read replicas that stand in the way of an upgrade, but not of a rehearsal.',
    }),
    rehearsal: t.field({
      type: Rehearsal,
      nullable: true,
      description: 'The last rehearsal; null if there was none since the last upgrade.',
      resolve: ({ rehearsal }) => rehearsal,
    }),
    expectedDowntimeSeconds: t.exposeFloat('expectedDowntimeSeconds', {
      nullable: true,
      description: 'How long an upgrade would stop Odoo, as the last rehearsal measured it; null before one succeeded.',
    }),
    databaseBytes: t.expose('databaseBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'The size of the database when it was last read; null before.',
    }),
    neededBytes: t.expose('neededBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'How much of the disk a rehearsal or an upgrade needs meanwhile; null while the size is not known.',
    }),
    availableBytes: t.expose('availableBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'How much of the disk of the server was free when it was last looked at; null before.',
    }),
  }),
});

const UpgradeDatabaseInput = builder.inputType('UpgradeDatabaseInput', {
  description: 'The upgrade.',
  fields: (t) => ({
    targetVersion: t.int({ required: true, description: 'The major release, one of `targets`.' }),
    confirmName: t.string({
      description: 'The exact name of the instance. Required if it is protected or in production.',
    }),
    force: t.boolean({
      description: 'Upgrades without a rehearsal that succeeded in the last seven days. Default: false.',
    }),
  }),
});

builder.objectField(Instance, 'databaseUpgrade', (t) =>
  t.field({
    type: DatabaseUpgrade,
    nullable: true,
    description: 'What its PostgreSQL can be upgraded to; null without the permission view:databases.',
    resolve: ({ id, projectId }, _args, context) =>
      sees(context, 'view:databases', projectId)
        ? databaseUpgrade(context.app, orgScope(context, 'view:databases'), id)
        : null,
  }),
);

builder.queryField('databaseUpgrade', (t) =>
  t.field({
    type: DatabaseUpgrade,
    authScopes: { permission: 'view:databases' },
    description: 'What the PostgreSQL of an instance can be upgraded to, with its last rehearsal.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => databaseUpgrade(context.app, orgScope(context), id),
  }),
);

builder.mutationFields((t) => ({
  rehearseDatabaseUpgrade: t.field({
    type: DatabasePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Tries an upgrade of PostgreSQL on a copy of the database, while the instance goes on: whether it works, and how long it takes. Everything of the copy is removed afterwards.',
    args: {
      id: t.arg.id(idArg),
      targetVersion: t.arg.int({ required: true, description: 'The major release, one of `targets`.' }),
    },
    resolve: (_root, { id, targetVersion }, context) =>
      rehearseDatabaseUpgrade(context.app, orgScope(context), id, { targetVersion }),
  }),
  upgradeDatabase: t.field({
    type: DatabasePayload,
    authScopes: { permission: 'manage:databases' },
    description:
      'Moves the database of an instance to a newer release of PostgreSQL: a safety backup, then a dump and its load with Odoo stopped. If the new one does not have all rows, or Odoo is not healthy with it, the old one serves again.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpgradeDatabaseInput, required: true, description: 'The upgrade.' }),
    },
    resolve: (_root, { id, input }, context) => upgradeDatabase(context.app, orgScope(context), id, input),
  }),
}));
