import { createRegistryInput, updateRegistryInput } from '../src/registries/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import type { Route } from './route.ts';

const fields = 'id host username createdAt updatedAt';
const category = 'Registries';

const routes: readonly Route[] = [
  { method: 'get', path: '/registries', category, summary: 'List registries', document: `query ($first: Int, $after: String) { registries(first: $first, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/registries', category, summary: 'Add a registry', document: `mutation ($input: CreateRegistryInput!) { createRegistry(input: $input) { ${fields} } }`, answer: { as: 'object', status: 201 } },
  { method: 'get', path: '/registries/{id}', category, summary: 'Get a registry', document: `query ($id: ID!) { registry(id: $id) { ${fields} } }`, answer: { as: 'object' } },
  { method: 'patch', path: '/registries/{id}', category, summary: 'Update a registry', document: `mutation ($id: ID!, $input: UpdateRegistryInput!) { updateRegistry(id: $id, input: $input) { ${fields} } }`, answer: { as: 'object' } },
  { method: 'delete', path: '/registries/{id}', category, summary: 'Delete a registry', document: 'mutation ($id: ID!) { deleteRegistry(id: $id) { id } }', answer: { as: 'message', message: 'Registry deleted' } },
];

const id = '0197a1f3-2c10-7d41-9a53-6e8b1f4c7d20';

const examples: Examples = {
  '/registries/{id}': id,
  'Registry.id': id,
  'Registry.host': 'registry.example.com:5000',
  'Registry.username': 'puller',
  'CreateRegistryInput.password': 'glpat-8s2Kxq7vTz',
  'UpdateRegistryInput.password': 'glpat-8s2Kxq7vTz',
};

const parsers: Parsers = {
  CreateRegistryInput: createRegistryInput,
  UpdateRegistryInput: updateRegistryInput,
};

export default { routes, examples, parsers } satisfies Category;
