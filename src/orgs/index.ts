export { createOrganization } from './create.ts';
export { eraseOrganization, livingResources } from './erase.ts';
