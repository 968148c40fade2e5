import { backupDestinationConfigInput, createBackupDestinationInput, updateBackupDestinationInput } from '../src/backup-destinations/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import type { Route } from './route.ts';

const fields = 'id name destinationType config { bucket region endpoint prefix pathStyle accessKeyId host port user path hostKeyFingerprint serverId } testedAt testProblem testError objectLock { mode days } clockSkewSeconds freeBytes createdAt updatedAt';
const category = 'Backup destinations';
const update = `mutation ($id: ID!, $input: UpdateBackupDestinationInput!) { updateBackupDestination(id: $id, input: $input) { ${fields} } }`;

const routes: readonly Route[] = [
  { method: 'get', path: '/backup-destinations', category, summary: 'List backup destinations', document: `query ($first: Int, $after: String) { backupDestinations(first: $first, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/backup-destinations', category, summary: 'Add a backup destination', document: `mutation ($input: CreateBackupDestinationInput!) { createBackupDestination(input: $input) { ${fields} } }`, answer: { as: 'object', status: 201 }, errors: ['unprocessable', 'destination_denied'] },
  { method: 'get', path: '/backup-destinations/{id}', category, summary: 'Get a backup destination', document: `query ($id: ID!) { backupDestination(id: $id) { ${fields} } }`, answer: { as: 'object' } },
  { method: 'patch', path: '/backup-destinations/{id}', category, summary: 'Update a backup destination', document: update, answer: { as: 'object' }, errors: ['unprocessable', 'destination_denied'] },
  { method: 'put', path: '/backup-destinations/{id}', category, summary: 'Update a backup destination, as with PATCH', document: update, answer: { as: 'object' }, errors: ['unprocessable', 'destination_denied'] },
  {
    method: 'post',
    path: '/backup-destinations/{id}/test',
    category,
    summary: 'Test a backup destination',
    document: 'mutation ($id: ID!) { testBackupDestination(id: $id) { success passedSteps { step durationMs } failedStep problem message destination { id testedAt clockSkewSeconds freeBytes objectLock { mode days } } } }',
    answer: { as: 'object' },
  },
  { method: 'delete', path: '/backup-destinations/{id}', category, summary: 'Delete a backup destination', document: 'mutation ($id: ID!) { deleteBackupDestination(id: $id) { id } }', answer: { as: 'message', message: 'Backup destination deleted' } },
];

const id = '0197a1f6-3d21-7e52-8b64-7f9c205d8e31';

const examples: Examples = {
  '/backup-destinations/{id}': id,
  'BackupDestination.id': id,
  'BackupDestination.name': 'Frankfurt',
  'BackupDestinationConfig.bucket': 'acme-backups',
  'BackupDestinationConfig.region': 'eu-central-1',
  'BackupDestinationConfig.endpoint': 'https://s3.example.com',
  'BackupDestinationConfig.prefix': 'odoo',
  'BackupDestinationConfig.accessKeyId': 'AKIAIOSFODNN7EXAMPLE',
  'BackupDestination.destinationType': 's3_compatible',
  'BackupDestination.testProblem': null,
  'BackupDestination.testError': null,
  'BackupDestination.objectLock': null,
  'BackupDestination.clockSkewSeconds': 0,
  'BackupDestination.freeBytes': null,
  'BackupDestinationConfig.pathStyle': true,
  'BackupDestinationConfig.host': null,
  'BackupDestinationConfig.port': null,
  'BackupDestinationConfig.user': null,
  'BackupDestinationConfig.path': null,
  'BackupDestinationConfig.hostKeyFingerprint': null,
  'BackupDestinationConfig.serverId': null,
  'BackupDestinationPassedStep.step': 'connect',
  'BackupDestinationTest.passedSteps': [
    { step: 'connect', durationMs: 84 },
    { step: 'write', durationMs: 61 },
    { step: 'read', durationMs: 22 },
    { step: 'list', durationMs: 19 },
    { step: 'delete', durationMs: 24 },
    { step: 'clock', durationMs: 0 },
  ],
  'BackupDestinationTest.success': true,
  'BackupDestinationTest.failedStep': null,
  'BackupDestinationTest.problem': null,
  'BackupDestinationTest.message': null,
  'ObjectLock.mode': 'compliance',
  'ObjectLock.days': 30,
  'BackupDestinationConfigInput.secretAccessKey': 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
  'BackupDestinationConfigInput.privateKey': '-----BEGIN OPENSSH PRIVATE KEY-----',
  'BackupDestinationConfigInput.user': 'backup',
  'BackupDestinationConfigInput.path': 'backups/odoo',
  'CreateBackupDestinationInput.config': {
    endpoint: 'https://s3.example.com',
    region: 'eu-central-1',
    bucket: 'acme-backups',
    prefix: 'odoo',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
  },
  'UpdateBackupDestinationInput.config': { secretAccessKey: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY' },
  'CreateBackupDestinationInput.name': 'Frankfurt',
  'CreateBackupDestinationInput.destinationType': 's3_compatible',
  'UpdateBackupDestinationInput.name': 'Frankfurt',
};

const parsers: Parsers = {
  CreateBackupDestinationInput: createBackupDestinationInput,
  UpdateBackupDestinationInput: updateBackupDestinationInput,
  BackupDestinationConfigInput: backupDestinationConfigInput,
};

export default { routes, examples, parsers } satisfies Category;
