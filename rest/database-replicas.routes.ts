import type { Category, Examples } from './category.ts';
import { createReplicaInput } from '../src/replicas/index.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const fields = 'id instanceId serverId address port number status statusMessage lagBytes lagSeconds checkedAt createdAt updatedAt';
const payload = 'replica { id status } operation { id }';
const category = 'Databases';
const all = '/instances/{id}/database/replicas';
const one = `${all}/{replicaId}`;
const both = 'instanceId: $id, replicaId: $replicaId';

const routes: readonly Route[] = [
  {
    method: 'get',
    path: all,
    category,
    summary: 'List the replicas of a database',
    document: `query ($id: ID!, $first: Int, $after: String) { databaseReplicas(instanceId: $id, first: $first, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
    readings: ['lagBytes', 'lagSeconds', 'checkedAt', 'updatedAt'],
  },
  {
    method: 'post',
    path: all,
    category,
    summary: 'Create a replica of a database',
    document: `mutation ($id: ID!, $serverId: ID, $address: String) { createDatabaseReplica(instanceId: $id, serverId: $serverId, address: $address) { ${payload} } }`,
    body: ['serverId', 'address'],
    answer: { as: 'accepted', resource: 'replica', message: 'Replica creation in progress' },
  },
  { method: 'get', path: one, category, summary: 'Get a replica', document: `query ($id: ID!, $replicaId: ID!) { databaseReplica(${both}) { ${fields} } }`, answer: { as: 'object' }, readings: ['lagBytes', 'lagSeconds', 'checkedAt', 'updatedAt'] },
  { method: 'post', path: `${one}/rebuild`, category, summary: 'Rebuild a replica', document: `mutation ($id: ID!, $replicaId: ID!) { rebuildDatabaseReplica(${both}) { ${payload} } }`, answer: { as: 'accepted', resource: 'replica', message: 'Replica rebuild in progress' } },
  {
    method: 'post',
    path: `${one}/promote`,
    category,
    summary: 'Promote a replica',
    document: `mutation ($id: ID!, $replicaId: ID!, $force: Boolean) { promoteDatabaseReplica(${both}, force: $force) { ${payload} } }`,
    body: ['force'],
    answer: { as: 'accepted', resource: 'replica', message: 'Replica promotion in progress' },
  },
  { method: 'delete', path: one, category, summary: 'Remove a replica', document: `mutation ($id: ID!, $replicaId: ID!) { removeDatabaseReplica(${both}) { ${payload} } }`, answer: { as: 'accepted', resource: 'replica', message: 'Replica removal in progress' } },
];

const id = '0197a1f8-4d20-7b61-8c73-9f0a2b4c6d85';

const examples: Examples = {
  [all]: ids.instance,
  [one]: id,
  'DatabaseReplica.id': id,
  'DatabaseReplica.instanceId': ids.instance,
  'DatabaseReplica.serverId': ids.server,
  'DatabaseReplica.address': null,
  'DatabaseReplica.port': null,
  'createDatabaseReplica.serverId': ids.server,
  'createDatabaseReplica.address': null,
  'DatabaseReplica.number': 1,
  'DatabaseReplica.status': 'online',
  'createDatabaseReplica.status': 'creating',
  'rebuildDatabaseReplica.status': 'creating',
  'promoteDatabaseReplica.status': 'promoting',
  'removeDatabaseReplica.status': 'removing',
  'promoteDatabaseReplica.force': false,
  lagBytes: 16384,
  lagSeconds: 0.012,
  'DatabaseReplica.checkedAt': '2026-11-24T09:34:12.345Z',
};

export default { routes, examples, parsers: { createDatabaseReplica: createReplicaInput } } satisfies Category;
