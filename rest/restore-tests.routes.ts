import { restoreTestScheduleInput, runRestoreTestInput } from '../src/restore-tests/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const test = 'id environmentId instanceId instanceName backupId serverId scheduled status statusMessage rtoSeconds rpoSeconds tablesChecked createdAt startedAt completedAt';
const schedule = 'environmentId serverId cron timeZone everyBackups active createdAt updatedAt';
const category = 'Backups';
const readings = ['status', 'statusMessage', 'rtoSeconds', 'rpoSeconds', 'tablesChecked', 'startedAt', 'completedAt'];

const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/environments/{id}/restore-tests',
    category,
    summary: 'List restore tests',
    document: `query ($id: ID!, $first: Int, $after: String, $status: [RestoreTestStatus!]) { restoreTests(environmentId: $id, first: $first, after: $after, statuses: $status) { nodes { ${test} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  {
    method: 'post',
    path: '/environments/{id}/restore-tests',
    category,
    summary: 'Test whether a backup can be restored',
    document: 'mutation ($id: ID!, $input: RunRestoreTestInput!) { runRestoreTest(environmentId: $id, input: $input) { restoreTest { id status } operation { id } } }',
    answer: { as: 'accepted', resource: 'restoreTest', message: 'The backup is being tested' },
  },
  { method: 'get', path: '/restore-tests/{id}', category, summary: 'Get a restore test', document: `query ($id: ID!) { restoreTest(id: $id) { ${test} } }`, answer: { as: 'object' }, readings },
  { method: 'get', path: '/environments/{id}/restore-test-schedule', category, summary: 'Get the schedule of restore tests', document: `query ($id: ID!) { restoreTestSchedule(environmentId: $id) { ${schedule} } }`, answer: { as: 'object' } },
  { method: 'put', path: '/environments/{id}/restore-test-schedule', category, summary: 'Set the schedule of restore tests', document: `mutation ($id: ID!, $input: SetRestoreTestScheduleInput!) { setRestoreTestSchedule(environmentId: $id, input: $input) { ${schedule} } }`, answer: { as: 'object' } },
  { method: 'delete', path: '/environments/{id}/restore-test-schedule', category, summary: 'Delete the schedule of restore tests', document: 'mutation ($id: ID!) { deleteRestoreTestSchedule(environmentId: $id) { environmentId } }', answer: { as: 'message', message: 'Restore test schedule deleted' } },
];

const id = '0197a1f9-4e2c-7d8a-9b1c-6f5e4d3c2b1a';
const backup = '0197a1f8-1a2b-7c3d-8e4f-5a6b7c8d9e0f';
const examples: Examples = {
  '/restore-tests/{id}': id,
  'RestoreTest.id': id,
  'RestoreTest.instanceId': ids.instance,
  'RestoreTest.instanceName': 'ERP production',
  'RestoreTest.backupId': backup,
  'RunRestoreTestInput.backupId': backup,
  scheduled: false,
  'RestoreTest.status': 'completed',
  'runRestoreTest.status': 'pending',
  'RestoreTest.statusMessage': null,
  rtoSeconds: 74,
  rpoSeconds: 3600,
  tablesChecked: 612,
  'RestoreTest.startedAt': '2026-11-24T09:30:02.000Z',
  'RestoreTest.completedAt': '2026-11-24T09:31:20.000Z',
  'RestoreTestSchedule.cron': '0 4 * * 0',
  'SetRestoreTestScheduleInput.cron': '0 4 * * 0',
  'RestoreTestSchedule.timeZone': 'Europe/Berlin',
  'SetRestoreTestScheduleInput.timeZone': 'Europe/Berlin',
  everyBackups: null,
  'RestoreTestSchedule.active': true,
  'SetRestoreTestScheduleInput.active': true,
};

const parsers: Parsers = {
  RunRestoreTestInput: runRestoreTestInput,
  SetRestoreTestScheduleInput: restoreTestScheduleInput,
};

export default { routes, examples, parsers } satisfies Category;
