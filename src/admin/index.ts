export type { Administrator } from './administrator.ts';
export { listApiKeysOfAll, revokeAnyApiKey } from './api-keys.ts';
export { adminFeature } from './feature.ts';
export { type SystemHealth, systemHealth } from './health.ts';
export { endImpersonation, impersonate } from './impersonate.ts';
export { cancelJob, getJob, listJobs, type QueueState, queueState } from './jobs.ts';
export { retryJob } from './jobs-retry.ts';
export {
  addOrganizationMember,
  createOrganizationFor,
  createOrganizationForInput,
  deleteOrganizationOf,
  listOrganizationMembers,
  removeOrganizationMember,
  setActive,
  setOrganizationQuotas,
} from './organization-changes.ts';
export { getOrganization, listOrganizations, type OrganizationUse, organizationUse } from './organizations.ts';
export { listDeadMails, listQueues, type Queue } from './queues.ts';
export { resetSecondFactor } from './second-factor.ts';
export { endSessionOf, listSessionsOf } from './sessions.ts';
export {
  changeSettings,
  getSettings,
  settingsInput as installationSettingsInput,
  type ShownSettings,
  testMail,
} from './settings.ts';
export {
  createInput as adminUserInput,
  createUser,
  endUserSessions,
  getUser,
  listUsers,
  setAdministrator,
  setUserActive,
} from './users.ts';
