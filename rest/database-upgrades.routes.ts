import { rehearseUpgradeInput, upgradeDatabaseInput } from '../src/database-upgrades/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const category = 'Databases';
const path = '/instances/{id}/database/upgrade';
const payload = 'instance { id status } operation { id }';
const rehearsal = 'operationId targetVersion targetImage fromImage status valid reason message finishedAt dumpSeconds loadSeconds checkSeconds startSeconds tables databaseBytes';
const fields = `instanceId image version targets { version image } replicas rehearsal { ${rehearsal} } expectedDowntimeSeconds databaseBytes neededBytes availableBytes`;

const routes: readonly Route[] = [
  { method: 'get', path, category, summary: 'Get what PostgreSQL can be upgraded to', document: `query ($id: ID!) { databaseUpgrade(id: $id) { ${fields} } }`, answer: { as: 'object' }, readings: ['databaseBytes', 'neededBytes', 'availableBytes'] },
  {
    method: 'post',
    path: `${path}/rehearsal`,
    category,
    summary: 'Rehearse an upgrade of PostgreSQL on a copy',
    document: `mutation ($id: ID!, $targetVersion: Int!) { rehearseDatabaseUpgrade(id: $id, targetVersion: $targetVersion) { ${payload} } }`,
    body: ['targetVersion'],
    answer: { as: 'accepted', resource: 'instance', message: 'Rehearsal in progress' },
  },
  {
    method: 'post',
    path,
    category,
    summary: 'Upgrade PostgreSQL',
    document: `mutation ($id: ID!, $input: UpgradeDatabaseInput!) { upgradeDatabase(id: $id, input: $input) { ${payload} } }`,
    answer: { as: 'accepted', resource: 'instance', message: 'Upgrade in progress' },
    errors: ['unprocessable'],
  },
];

const examples: Examples = {
  'DatabaseUpgrade.instanceId': ids.instance,
  'DatabaseUpgrade.image': 'postgres:17',
  'DatabaseUpgrade.version': 17,
  'DatabaseUpgrade.replicas': 0,
  'DatabaseUpgradeTarget.version': 18,
  'DatabaseUpgradeTarget.image': 'postgres:18',
  targetVersion: 18,
  targetImage: 'postgres:18',
  fromImage: 'postgres:17',
  'DatabaseUpgradeRehearsal.operationId': ids.operation,
  'DatabaseUpgradeRehearsal.status': 'succeeded',
  'DatabaseUpgradeRehearsal.valid': true,
  'DatabaseUpgradeRehearsal.reason': null,
  'DatabaseUpgradeRehearsal.message': null,
  'DatabaseUpgradeRehearsal.finishedAt': '2026-11-24T09:34:12.345Z',
  dumpSeconds: 21.4,
  loadSeconds: 48.2,
  checkSeconds: 9.1,
  startSeconds: 12.6,
  'DatabaseUpgradeRehearsal.tables': 612,
  'DatabaseUpgradeRehearsal.databaseBytes': 41_943_040,
  expectedDowntimeSeconds: 91.3,
  'DatabaseUpgrade.databaseBytes': 52_428_800,
  neededBytes: 1_189_085_184,
  availableBytes: 85_899_345_920,
  'rehearseDatabaseUpgrade.status': 'running',
  'upgradeDatabase.status': 'restarting',
  'UpgradeDatabaseInput.confirmName': 'ERP production',
  'UpgradeDatabaseInput.force': false,
};

const parsers: Parsers = {
  rehearseDatabaseUpgrade: rehearseUpgradeInput,
  UpgradeDatabaseInput: upgradeDatabaseInput,
};

export default { routes, examples, parsers } satisfies Category;
