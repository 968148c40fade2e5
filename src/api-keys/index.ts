export { apiKeysFeature } from './feature.ts';
export {
  createApiKey,
  createInput as createApiKeyInput,
  currentApiKey,
  getApiKey,
  type KeyRow,
  type KeyStatus,
  keyStatusOf,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
  rotateInput as rotateApiKeyInput,
  updateApiKey,
  updateInput as updateApiKeyInput,
} from './service.ts';
