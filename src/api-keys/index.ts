export { createApiKey, createInput as createApiKeyInput } from './create.ts';
export { apiKeysFeature } from './feature.ts';
export { revokeApiKey, revokeKeyOf } from './revoke.ts';
export { rotateApiKey, rotateInput as rotateApiKeyInput } from './rotate.ts';
export { currentApiKey, getApiKey, type KeyRow, type KeyStatus, keyStatusOf, listApiKeys } from './rows.ts';
export { updateApiKey, updateInput as updateApiKeyInput } from './update.ts';
