export { createApiKey, currentApiKey, getApiKey, type KeyRow, type KeyStatus, keyStatusOf, listApiKeys, revokeApiKey, rotateApiKey, updateApiKey } from './service.ts';
