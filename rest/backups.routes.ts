import { copyBackupInput, createBackupInput, updateBackupInput } from '../src/backups/index.ts';
import { passwordInput } from '../src/identity/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const fields =
  'id status statusMessage backupType instanceId instanceName environmentId projectId destinationId copyOfId includeFilestore notes pinned databaseSize filestoreSize totalSize addedSize snapshotId progress { part bytesDone bytesTotal bytesPerSecond secondsRemaining } createdAt startedAt completedAt durationSeconds isVerified verifiedAt currentOperationId';
const payload = 'backup { id status } operation { id }';
const category = 'Backups';
const filterArgs = '$instanceId: ID, $destinationId: ID, $copyOfId: ID, $status: [BackupStatus!], $backupType: [BackupType!], $sort: TimeSort';
const filters = 'instanceId: $instanceId, destinationId: $destinationId, copyOfId: $copyOfId, statuses: $status, backupTypes: $backupType, sort: $sort';
const page = `nodes { ${fields} } pageInfo { hasNextPage endCursor }`;

const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/environments/{id}/backups',
    category,
    summary: 'List the backups of an environment',
    document: `query ($id: ID!, $first: Int, $after: String, ${filterArgs}) { environmentBackups(environmentId: $id, first: $first, after: $after, ${filters}) { ${page} } }`,
    answer: { as: 'list' },
  },
  {
    method: 'post',
    path: '/environments/{id}/backups',
    category,
    summary: 'Back up an instance of an environment',
    document: `mutation ($id: ID!, $input: CreateBackupInput!) { createBackup(environmentId: $id, input: $input) { ${payload} } }`,
    answer: { as: 'accepted', resource: 'backup', message: 'Backup in progress' },
  },
  {
    method: 'get',
    path: '/backups',
    category,
    summary: 'List all backups',
    document: `query ($first: Int, $after: String, $environmentId: ID, ${filterArgs}) { backups(first: $first, after: $after, environmentId: $environmentId, ${filters}) { ${page} } }`,
    answer: { as: 'list' },
  },
  { method: 'get', path: '/backups/{id}', category, summary: 'Get a backup', document: `query ($id: ID!) { backup(id: $id) { ${fields} } }`, answer: { as: 'object' }, readings: ['progress'] },
  { method: 'patch', path: '/backups/{id}', category, summary: 'Change the notes or the pin of a backup', document: `mutation ($id: ID!, $input: UpdateBackupInput!) { updateBackup(id: $id, input: $input) { ${fields} } }`, answer: { as: 'object' } },
  {
    method: 'delete',
    path: '/backups/{id}',
    category,
    summary: 'Delete a backup and its data',
    document: `mutation ($id: ID!, $force: Boolean) { deleteBackup(id: $id, force: $force) { ${payload} } }`,
    body: ['force'],
    answer: { as: 'accepted', resource: 'backup', message: 'Backup deletion in progress' },
  },
  {
    method: 'post',
    path: '/backups/{id}/copies',
    category,
    summary: 'Copy a backup to another destination',
    document: `mutation ($id: ID!, $input: CopyBackupInput!) { copyBackup(id: $id, input: $input) { ${payload} } }`,
    answer: { as: 'accepted', resource: 'backup', message: 'Backup copy in progress' },
  },
  {
    method: 'post',
    path: '/backups/{id}/verify',
    category,
    summary: 'Read a backup back once more',
    document: `mutation ($id: ID!) { verifyBackup(id: $id) { ${payload} } }`,
    answer: { as: 'accepted', resource: 'backup', message: 'Backup verification in progress' },
  },
  {
    method: 'post',
    path: '/backups/{id}/export-key',
    category,
    summary: 'Get what opens the repository with restic alone',
    document: 'mutation ($id: ID!, $password: String) { exportRepositoryKey(id: $id, password: $password) { repository password snapshotId commands } }',
    body: ['password'],
    answer: { as: 'object' },
  },
];

const id = '0197a1f6-8c42-7b93-9d1e-6f8a0c2e4b65';
const destination = '0197a1f6-3d21-7e52-8b64-7f9c205d8e31';
const snapshot = '603ba7c0e4280a7e7d3dbeccfa90a563a9b05d647215f6e4a5843fe635090dbb';
const repository = `s3:https://s3.eu-central-1.amazonaws.com/acme-backups/odoo/${ids.instance}`;
const key = '4sVQk1mJ0pX8yTzR2nW6bE9cH3uL5aD7fG1iK0oM8qA';

const examples: Examples = {
  'BackupProgress.part': 'upload',
  'BackupProgress.bytesDone': 734003200,
  'BackupProgress.bytesTotal': 5368709120,
  'BackupProgress.bytesPerSecond': 52428800,
  'BackupProgress.secondsRemaining': 88,
  '/backups/{id}': id,
  'Backup.id': id,
  'Backup.status': 'completed',
  'createBackup.status': 'pending',
  'copyBackup.status': 'pending',
  'Backup.copyOfId': null,
  'verifyBackup.status': 'completed',
  'deleteBackup.status': 'completed',
  backupType: 'manual',
  'Backup.instanceId': ids.instance,
  'CreateBackupInput.instanceId': ids.instance,
  'Backup.instanceName': 'ERP production',
  destinationId: destination,
  includeFilestore: true,
  notes: 'Before the migration',
  pinned: false,
  databaseSize: 184549376,
  filestoreSize: 2147483648,
  totalSize: 2332033024,
  addedSize: 73400320,
  snapshotId: snapshot,
  'Backup.progress': null,
  startedAt: '2026-11-24T09:30:01.000Z',
  completedAt: '2026-11-24T09:31:13.500Z',
  durationSeconds: 72.5,
  isVerified: true,
  verifiedAt: '2026-11-24T09:31:13.000Z',
  'deleteBackup.force': false,
  'RepositoryKey.repository': repository,
  'RepositoryKey.password': key,
  'RepositoryKey.commands': [
    `export RESTIC_REPOSITORY='${repository}'`,
    `export RESTIC_PASSWORD='${key}'`,
    "export AWS_ACCESS_KEY_ID='<access key id>'",
    "export AWS_SECRET_ACCESS_KEY='<secret access key>'",
    'restic snapshots',
    `restic restore ${snapshot}:/snapshot --target ./restored`,
    'pg_restore --no-owner --no-acl --exit-on-error --dbname <database> ./restored/database',
  ],
};

const parsers: Parsers = {
  CreateBackupInput: createBackupInput,
  CopyBackupInput: copyBackupInput,
  UpdateBackupInput: updateBackupInput,
  exportRepositoryKey: passwordInput,
};

export default { routes, examples, parsers } satisfies Category;
