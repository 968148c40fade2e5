import {
  configShown,
  createDestination,
  deleteDestination,
  destinationProblems,
  type DestinationRow,
  getDestination,
  listDestinations,
  objectLockOf,
  type ShownConfig,
  testDestination,
  type TestReport,
  type testSteps,
  updateDestination,
} from '../src/backup-destinations/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { Node } from './node.ts';

const BackupDestinationType = builder.enumType('BackupDestinationType', {
  description: 'The type of a backup destination.',
  values: {
    s3: { description: 'A bucket of Amazon S3.' },
    s3_compatible: { description: 'A bucket of another service with the API of S3.' },
    sftp: { description: 'A directory of an SFTP server.' },
    local: { description: 'A directory of one of the servers, for the instances on that server.' },
  } as const,
});

const BackupDestinationProblem = builder.enumType('BackupDestinationProblem', {
  description: 'What a test of a backup destination found wrong.',
  values: {
    unreachable: { description: destinationProblems.unreachable },
    timed_out: { description: destinationProblems.timed_out },
    credentials_refused: { description: destinationProblems.credentials_refused },
    host_key_mismatch: { description: destinationProblems.host_key_mismatch },
    bucket_not_found: { description: destinationProblems.bucket_not_found },
    wrong_region: { description: destinationProblems.wrong_region },
    access_denied: { description: destinationProblems.access_denied },
    path_not_found: { description: destinationProblems.path_not_found },
    no_space: { description: destinationProblems.no_space },
    clock_skewed: { description: destinationProblems.clock_skewed },
    content_changed: { description: destinationProblems.content_changed },
    server_unavailable: { description: destinationProblems.server_unavailable },
    failed: { description: destinationProblems.failed },
  } as const,
});

const BackupDestinationStep = builder.enumType('BackupDestinationStep', {
  description: 'A step of the test of a backup destination.',
  values: {
    connect: { description: 'It is reached, and lets oCore in.' },
    write: { description: 'A small file is written.' },
    read: { description: 'The file is read back and compared.' },
    list: { description: 'The file is in the list.' },
    delete: { description: 'The file is deleted.' },
    clock: { description: 'The clocks are compared; S3 refuses requests that are 15 minutes off.' },
  } as const satisfies Record<(typeof testSteps)[number], object>,
});

const ObjectLock = builder.objectRef<{ mode: string | null; days: number | null }>('ObjectLock').implement({
  description: 'What keeps the objects of a bucket from being deleted for a while.',
  fields: (t) => ({
    mode: t.exposeString('mode', {
      nullable: true,
      description: '`governance` or `compliance`; null if the bucket has no default.',
    }),
    days: t.exposeInt('days', {
      nullable: true,
      description: 'How many days each new object is kept; null if the bucket has no default.',
    }),
  }),
});

const BackupDestinationConfig = builder.objectRef<ShownConfig>('BackupDestinationConfig').implement({
  description: 'Where a backup destination is. Fields of other types are null. Secrets are never shown.',
  fields: (t) => ({
    bucket: t.string({ nullable: true, description: 'The bucket.', resolve: ({ bucket }) => bucket }),
    region: t.string({ nullable: true, description: 'The region of the bucket.', resolve: ({ region }) => region }),
    endpoint: t.string({
      nullable: true,
      description: 'The URL of the service; null for Amazon.',
      resolve: ({ endpoint }) => endpoint,
    }),
    prefix: t.string({
      nullable: true,
      description: 'The folder in the bucket; empty for the whole bucket.',
      resolve: ({ prefix }) => prefix,
    }),
    pathStyle: t.boolean({
      nullable: true,
      description: 'Whether the bucket stands in the path of URLs, not in the name of the host.',
      resolve: ({ pathStyle }) => pathStyle,
    }),
    accessKeyId: t.string({
      nullable: true,
      description: 'The id of the access key.',
      resolve: ({ accessKeyId }) => accessKeyId,
    }),
    host: t.string({ nullable: true, description: 'The host of the SFTP server.', resolve: ({ host }) => host }),
    port: t.int({ nullable: true, description: 'The port of the SFTP server.', resolve: ({ port }) => port }),
    user: t.string({ nullable: true, description: 'The user of the SFTP server.', resolve: ({ user }) => user }),
    path: t.string({ nullable: true, description: 'The directory.', resolve: ({ path }) => path }),
    hostKeyFingerprint: t.string({
      nullable: true,
      description: 'The pinned host key of the SFTP server.',
      resolve: ({ hostKeyFingerprint }) => hostKeyFingerprint,
    }),
    serverId: t.id({
      nullable: true,
      description: 'The server whose directory it is.',
      resolve: ({ serverId }) => serverId,
    }),
  }),
});

const BackupDestination = builder.objectRef<DestinationRow>('BackupDestination').implement({
  interfaces: [Node],
  description: 'A place for the backups of the organization.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    name: t.exposeString('name', { description: 'The name.' }),
    destinationType: t.expose('destinationType', { type: BackupDestinationType, description: 'The type.' }),
    config: t.field({ type: BackupDestinationConfig, description: 'Where it is.', resolve: configShown }),
    testedAt: t.expose('testedAt', { type: 'DateTime', nullable: true, description: 'When it was last tested.' }),
    testProblem: t.exposeString('testProblem', {
      nullable: true,
      description: 'What the last test found wrong, a `BackupDestinationProblem`; null if nothing.',
    }),
    testError: t.exposeString('testError', {
      nullable: true,
      description: 'What the last test found wrong, in words; null if nothing.',
    }),
    objectLock: t.field({
      type: ObjectLock,
      nullable: true,
      description:
        'What the bucket locks; null if nothing. Backups whose objects are locked are deleted only after that time.',
      resolve: objectLockOf,
    }),
    clockSkewSeconds: t.exposeInt('clockSkewSeconds', {
      nullable: true,
      description: 'How far its clock and oCore’s were apart at the last test; null if it tells no time.',
    }),
    freeBytes: t.field({
      type: 'ByteSize',
      nullable: true,
      description: 'What was free at the last test; null if it does not tell, as S3.',
      resolve: ({ freeBytes }) => freeBytes,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const BackupDestinationPassedStep = builder
  .objectRef<TestReport['passed'][number]>('BackupDestinationPassedStep')
  .implement({
    description: 'A step of a test that passed.',
    fields: (t) => ({
      step: t.expose('step', { type: BackupDestinationStep, description: 'The step.' }),
      durationMs: t.exposeInt('durationMs', { description: 'How long it took, in milliseconds.' }),
    }),
  });

const BackupDestinationTest = builder
  .objectRef<{ destination: DestinationRow; report: TestReport }>('BackupDestinationTest')
  .implement({
    description: 'What a test of a backup destination found.',
    fields: (t) => ({
      destination: t.expose('destination', { type: BackupDestination, description: 'The destination.' }),
      success: t.boolean({
        description: 'Whether every step passed.',
        resolve: ({ report }) => report.failure === null,
      }),
      passedSteps: t.field({
        type: [BackupDestinationPassedStep],
        description: 'The steps that passed, in their order.',
        resolve: ({ report }) => [...report.passed],
      }),
      failedStep: t.field({
        type: BackupDestinationStep,
        nullable: true,
        description: 'The step that failed; null if none did.',
        resolve: ({ report }) => report.failure?.step,
      }),
      problem: t.field({
        type: BackupDestinationProblem,
        nullable: true,
        description: 'What is wrong; null if nothing is.',
        resolve: ({ report }) => report.failure?.problem,
      }),
      message: t.string({
        nullable: true,
        description: 'What is wrong and what to do, in words; null if nothing is.',
        resolve: ({ report }) => report.failure?.message,
      }),
    }),
  });

const BackupDestinationConfigInput = builder.inputType('BackupDestinationConfigInput', {
  description: 'Where a backup destination is, and what opens it. Send the fields of its type only.',
  fields: (t) => ({
    bucket: t.string({ description: 'S3: the bucket. It must exist.' }),
    region: t.string({ description: 'S3: the region. Required for Amazon; otherwise the default is us-east-1.' }),
    endpoint: t.string({ description: 'S3-compatible: the URL of the service, without a path.' }),
    prefix: t.string({ description: 'S3: a folder in the bucket. Default: the whole bucket.' }),
    pathStyle: t.boolean({
      description: 'S3-compatible: whether the bucket stands in the path of URLs. Default: true.',
    }),
    accessKeyId: t.string({ description: 'S3: the id of the access key.' }),
    secretAccessKey: t.string({ description: 'S3: the secret of the access key; stored encrypted.' }),
    host: t.string({ description: 'SFTP: the host.' }),
    port: t.int({ description: 'SFTP: the port. Default: 22.' }),
    user: t.string({ description: 'SFTP: the user.' }),
    path: t.string({
      description:
        'SFTP: the directory, absolute or in the user’s home; it is created. Local: an absolute path that exists on the server.',
    }),
    privateKey: t.string({ description: 'SFTP: the private key of the user; stored encrypted.' }),
    hostKeyFingerprint: t.string({
      description:
        'SFTP: the fingerprint of the host key, as ssh-keygen -l prints it. Default: the key that the server presents at the first test is pinned. Send the new one after the key has changed.',
    }),
    serverId: t.id({ description: 'Local: the server.' }),
  }),
});

const CreateBackupDestinationInput = builder.inputType('CreateBackupDestinationInput', {
  description: 'A new backup destination.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name, unique in the organization.' }),
    destinationType: t.field({
      type: BackupDestinationType,
      required: true,
      description: 'The type. It cannot change.',
    }),
    config: t.field({ type: BackupDestinationConfigInput, required: true, description: 'Where it is.' }),
  }),
});
const UpdateBackupDestinationInput = builder.inputType('UpdateBackupDestinationInput', {
  description: 'The changes. Absent fields keep their value, also within config.',
  fields: (t) => ({
    name: t.string({ description: 'A new name.' }),
    config: t.field({
      type: BackupDestinationConfigInput,
      description:
        'What changes of where it is. A new address or user needs the secret again. While backups are kept there, bucket, prefix, path and server cannot change.',
    }),
  }),
});
const idArg = { required: true as const, description: 'The destination.' };

builder.queryFields((t) => ({
  backupDestination: t.field({
    type: BackupDestination,
    authScopes: { permission: 'view:backup_destinations' },
    description: 'One backup destination.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => getDestination(orgScope(context), id),
  }),
  backupDestinations: t.connection(
    {
      type: BackupDestination,
      authScopes: { permission: 'view:backup_destinations' },
      description: 'The backup destinations, newest first.',
      resolve: async (_root, args, context) => connectionOf(await listDestinations(orgScope(context), args)),
    },
    { description: 'A page of backup destinations.' },
    { description: 'One backup destination of a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createBackupDestination: t.field({
    type: BackupDestination,
    authScopes: { permission: 'manage:backup_destinations' },
    description:
      'Creates a backup destination, if a test file can be written there, read, listed and deleted. The test can take some seconds.',
    args: { input: t.arg({ type: CreateBackupDestinationInput, required: true, description: 'The destination.' }) },
    resolve: (_root, { input }, context) => createDestination(context.app, orgScope(context), input),
  }),
  updateBackupDestination: t.field({
    type: BackupDestination,
    authScopes: { permission: 'manage:backup_destinations' },
    description: 'Changes a backup destination. A new config is tested first; if the test fails, nothing changes.',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateBackupDestinationInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, { id, input }, context) => updateDestination(context.app, orgScope(context), id, input),
  }),
  testBackupDestination: t.field({
    type: BackupDestinationTest,
    authScopes: { permission: 'manage:backup_destinations' },
    description: 'Tests a backup destination now.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => testDestination(context.app, orgScope(context), id),
  }),
  deleteBackupDestination: t.field({
    type: BackupDestination,
    authScopes: { permission: 'manage:backup_destinations' },
    description: 'Deletes a backup destination that has no backups and no schedules. What is stored there stays there.',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => deleteDestination(context.app, orgScope(context), id),
  }),
}));
