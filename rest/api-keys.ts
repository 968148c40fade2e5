import type { Route } from './route.ts';

const key = 'id name prefix status scope permissions projectIds allowedIps createdAt expiresAt lastUsedAt lastUsedIp overlapEndsAt revokedAt createdBy { id name email }';
const category = 'API Keys';
const update = `mutation ($id: ID!, $input: UpdateApiKeyInput!) { updateApiKey(id: $id, input: $input) { ${key} } }`;

export const apiKeyRoutes: readonly Route[] = [
  { method: 'get', path: '/api-keys', category, summary: 'List API keys', document: `query ($first: Int, $after: String, $includeRevoked: Boolean) { apiKeys(first: $first, after: $after, includeRevoked: $includeRevoked) { nodes { ${key} } pageInfo { hasNextPage endCursor } } }`, answer: { as: 'list' } },
  { method: 'post', path: '/api-keys', category, summary: 'Create an API key', document: `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key ${key} } }`, answer: { as: 'object', status: 201 } },
  { method: 'get', path: '/api-keys/current', category, summary: 'Get the API key of this request', document: `{ currentApiKey { ${key} } }`, answer: { as: 'object' } },
  { method: 'get', path: '/api-keys/{id}', category, summary: 'Get an API key', document: `query ($id: ID!) { apiKey(id: $id) { ${key} } }`, answer: { as: 'object' } },
  { method: 'put', path: '/api-keys/{id}', category, summary: 'Update an API key', document: update, answer: { as: 'object' } },
  { method: 'patch', path: '/api-keys/{id}', category, summary: 'Update an API key', document: update, answer: { as: 'object' } },
  { method: 'post', path: '/api-keys/{id}/rotate', category, summary: 'Rotate an API key', document: `mutation ($id: ID!, $overlapHours: Int) { rotateApiKey(id: $id, overlapHours: $overlapHours) { key ${key} } }`, body: ['overlapHours'], answer: { as: 'object' } },
  { method: 'delete', path: '/api-keys/{id}', category, summary: 'Revoke an API key', document: 'mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', answer: { as: 'message', message: 'API key revoked' } },
];
