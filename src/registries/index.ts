export { registriesFeature } from './feature.ts';
export { pullCredentials } from './pull-credentials.ts';
export {
  createInput as createRegistryInput,
  createRegistry,
  deleteRegistry,
  getRegistry,
  listRegistries,
  updateInput as updateRegistryInput,
  updateRegistry,
} from './service.ts';
