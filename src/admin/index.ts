export { adminFeature } from './feature.ts';
export { cancelJob, getJob, listJobs, type QueueState, queueState } from './jobs.ts';
export { type CountedOrganization, getOrganization, listOrganizations } from './organizations.ts';
export {
  type AccountRow,
  type Administrator,
  createInput as adminUserInput,
  createUser,
  endUserSessions,
  getUser,
  listUsers,
  setAdministrator,
  setUserActive,
} from './users.ts';
