import { enablePointInTimeInput, restorePointInput } from '../src/pitr/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const fields = 'instanceId status statusMessage destinationId retentionDays oldest newest ranges { from to } lagSeconds lagBytes baseBackups archivedBytes checkedAt';
const category = 'Databases';
const path = '/instances/{id}/database/point-in-time';
const asked = `pointInTime { id: instanceId status } operation { id } message`;

const routes: readonly Route[] = [
  { method: 'get', path, category, summary: 'Get what can be restored by the second', document: `query ($id: ID!) { pointInTime(instanceId: $id) { ${fields} } }`, answer: { as: 'object' }, readings: ['lagSeconds', 'lagBytes', 'checkedAt', 'newest', 'ranges'] },
  {
    method: 'put',
    path,
    category,
    summary: 'Enable point-in-time restores',
    document: `mutation ($id: ID!, $input: EnablePointInTimeInput!) { enablePointInTime(instanceId: $id, input: $input) { ${asked} } }`,
    answer: { as: 'accepted', resource: 'pointInTime', message: 'Archiving begins; the first base backup follows', mayBeDone: true },
  },
  { method: 'delete', path, category, summary: 'Disable point-in-time restores', document: `mutation ($id: ID!) { disablePointInTime(instanceId: $id) { ${asked} } }`, answer: { as: 'accepted', resource: 'pointInTime', message: 'Archiving ends' } },
  { method: 'post', path: `${path}/archive`, category, summary: 'Archive the changes up to now', document: `mutation ($id: ID!) { archivePointInTime(instanceId: $id) { ${asked} } }`, answer: { as: 'accepted', resource: 'pointInTime', message: 'In progress' } },
  { method: 'post', path: `${path}/base-backup`, category, summary: 'Make a base backup', document: `mutation ($id: ID!) { takeBaseBackup(instanceId: $id) { ${asked} } }`, answer: { as: 'accepted', resource: 'pointInTime', message: 'In progress' } },
  {
    method: 'post',
    path: `${path}/restore`,
    category,
    summary: 'Restore a database to a point in time',
    document: `mutation ($id: ID!, $input: RestorePointInTimeInput!) { restorePointInTime(instanceId: $id, input: $input) { ${asked} } }`,
    answer: { as: 'accepted', resource: 'pointInTime', message: 'Restore in progress' },
    errors: ['unprocessable'],
  },
];

const moment = '2026-11-24T09:34:12.345Z';

const examples: Examples = {
  [path]: ids.instance,
  'PointInTime.instanceId': ids.instance,
  'PointInTime.status': 'active',
  'PointInTime.destinationId': '0197a1f9-5e31-7c72-9d84-a01b3c5d7e96',
  'EnablePointInTimeInput.destinationId': '0197a1f9-5e31-7c72-9d84-a01b3c5d7e96',
  retentionDays: 7,
  oldest: '2026-11-17T02:00:41.120Z',
  newest: moment,
  'PointInTimeRange.from': '2026-11-17T02:00:41.120Z',
  'PointInTimeRange.to': moment,
  'PointInTime.lagSeconds': 41.3,
  'PointInTime.lagBytes': 131072,
  baseBackups: 8,
  archivedBytes: 4294967296,
  'PointInTime.checkedAt': moment,
  'enablePointInTime.status': 'starting',
  'disablePointInTime.status': 'stopping',
  'RestorePointInTimeInput.time': moment,
  'RestorePointInTimeInput.confirmName': 'ERP production',
};

const parsers: Parsers = {
  EnablePointInTimeInput: enablePointInTimeInput,
  RestorePointInTimeInput: restorePointInput,
};

export default { routes, examples, parsers } satisfies Category;
