export { adminFeature } from './feature.ts';
export { cancelJob, getJob, listJobs, type QueueState, queueState } from './jobs.ts';
export { getOrganization, listOrganizations, type OrganizationUse, organizationUse } from './organizations.ts';
export {
  type Administrator,
  createInput as adminUserInput,
  createUser,
  endUserSessions,
  getUser,
  listUsers,
  setAdministrator,
  setUserActive,
} from './users.ts';
