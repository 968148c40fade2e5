export { organizationsFeature } from './feature.ts';
export {
  createInput as createOrganizationInput,
  createOrganization,
  foundOrganization,
  organizationName,
} from './create.ts';
export { beginDeletion, deleteOrganization, requireConfirmed } from './delete.ts';
export { setOrganizationActive, setQuotas, quotasInput } from './administer.ts';
export { eraseOrganization, organizationPlace } from './erase.ts';
export { requireAnotherOwner, transferOwnership } from './ownership.ts';
export { startRetention } from './retention.ts';
export {
  getMyOrganization,
  getOrganization,
  listMyOrganizations,
  lockOrganization,
  organizationsOf,
  settingsInput,
  updateInput as updateOrganizationInput,
  updateOrganization,
  updateSettings,
} from './service.ts';
export { organizationSlug, organizationSlugs } from './slug.ts';
