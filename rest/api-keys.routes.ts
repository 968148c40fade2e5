import { createApiKeyInput, rotateApiKeyInput, updateApiKeyInput } from '../src/api-keys/index.ts';
import type { Category, Examples, Parsers, Shapes } from './category.ts';
import type { Route } from './route.ts';

const key = 'id name prefix status scope permissions projectIds allowedIps createdAt expiresAt lastUsedAt lastUsedIp overlapEndsAt revokedAt createdBy { id name email }';
const category = 'API Keys';
const update = `mutation ($id: ID!, $input: UpdateApiKeyInput!) { updateApiKey(id: $id, input: $input) { ${key} } }`;

const routes: readonly Route[] = [
  { method: 'get', path: '/api-keys', category, summary: 'List API keys', document: `query ($first: Int, $after: String, $includeRevoked: Boolean) { apiKeys(first: $first, after: $after, includeRevoked: $includeRevoked) { nodes { ${key} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/api-keys', category, summary: 'Create an API key', document: `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key ${key} } }`, answer: { as: 'object', status: 201 } },
  { method: 'get', path: '/api-keys/current', category, summary: 'Get the API key of this request', document: `{ currentApiKey { ${key} } }`, answer: { as: 'object' } },
  { method: 'get', path: '/api-keys/{id}', category, summary: 'Get an API key', document: `query ($id: ID!) { apiKey(id: $id) { ${key} } }`, answer: { as: 'object' } },
  { method: 'put', path: '/api-keys/{id}', category, summary: 'Update an API key', document: update, answer: { as: 'object' } },
  { method: 'patch', path: '/api-keys/{id}', category, summary: 'Update an API key', document: update, answer: { as: 'object' } },
  { method: 'post', path: '/api-keys/{id}/rotate', category, summary: 'Rotate an API key', document: `mutation ($id: ID!, $overlapHours: Int) { rotateApiKey(id: $id, overlapHours: $overlapHours) { key ${key} } }`, body: ['overlapHours'], answer: { as: 'object' } },
  { method: 'delete', path: '/api-keys/{id}', category, summary: 'Revoke an API key', document: 'mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', answer: { as: 'message', message: 'API key revoked' } },
];

const id = '0197a1f1-0a41-7c55-8e61-9b7d4c2f6a18';

const examples: Examples = {
  '/api-keys/{id}': id,
  'ApiKey.id': id,
  'ApiKey.name': 'CI',
  'ApiKey.key': 'ocore_k_0TBhXVReUjhfDbjOUB0TrXY0hmYv334S4lBQ',
  prefix: 'ocore_k_0TBhXV',
  'ApiKey.status': 'active',
  'ApiKey.projectIds': [],
  'CreateApiKeyInput.projectIds': null,
  allowedIps: ['203.0.113.0/24'],
  lastUsedIp: '203.0.113.7',
  overlapEndsAt: null,
  'rotateApiKey.overlapEndsAt': '2026-11-25T09:30:00.000Z',
  'createApiKey.lastUsedAt': null,
  'createApiKey.lastUsedIp': null,
  revokedAt: null,
  overlapHours: 24,
};

const parsers: Parsers = {
  CreateApiKeyInput: createApiKeyInput,
  UpdateApiKeyInput: updateApiKeyInput,
  rotateApiKey: rotateApiKeyInput,
};

/** Also of those who made invitations. */
const shapes: Shapes = { Person: { type: 'User', fields: 'id name email' } };

export default { routes, examples, parsers, shapes } satisfies Category;
