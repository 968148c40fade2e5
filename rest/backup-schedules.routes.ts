import { createBackupScheduleInput, updateBackupScheduleInput } from '../src/backup-schedules/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const policy = 'keepLast keepHourly keepDaily keepWeekly keepMonthly keepYearly';
const fields = `id environmentId name cron timeZone jitterMinutes destinationId includeFilestore ${policy} enabled nextRunAt upcomingRuns lastRunAt lastProblem createdAt updatedAt`;
const alertFields = 'id alertType message environmentId instanceId instanceName scheduleId backupId readAt dismissedAt createdAt';
const category = 'Backups';

const routes: readonly Route[] = [
  { method: 'get', path: '/backup-schedule/presets', category, summary: 'List presets of backup schedules', document: `query { backupSchedulePresets { id name cron jitterMinutes ${policy} } }`, answer: { as: 'whole', key: 'presets' } },
  {
    method: 'get',
    path: '/environments/{id}/backup-schedules',
    category,
    summary: 'List backup schedules',
    document: `query ($id: ID!, $first: Int, $after: String) { backupSchedules(environmentId: $id, first: $first, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'post', path: '/environments/{id}/backup-schedules', category, summary: 'Add a backup schedule', document: `mutation ($id: ID!, $input: CreateBackupScheduleInput!) { createBackupSchedule(environmentId: $id, input: $input) { ${fields} } }`, answer: { as: 'object', status: 201 } },
  { method: 'get', path: '/backup-schedules/{id}', category, summary: 'Get a backup schedule', document: `query ($id: ID!) { backupSchedule(id: $id) { ${fields} } }`, answer: { as: 'object' } },
  { method: 'patch', path: '/backup-schedules/{id}', category, summary: 'Update a backup schedule', document: `mutation ($id: ID!, $input: UpdateBackupScheduleInput!) { updateBackupSchedule(id: $id, input: $input) { ${fields} } }`, answer: { as: 'object' } },
  { method: 'delete', path: '/backup-schedules/{id}', category, summary: 'Delete a backup schedule', document: 'mutation ($id: ID!) { deleteBackupSchedule(id: $id) { id } }', answer: { as: 'message', message: 'Backup schedule deleted' } },
  {
    method: 'get',
    path: '/backup-schedules/{id}/retention',
    category,
    summary: 'Preview what would be kept',
    document:
      'query ($id: ID!, $keepLast: Int, $keepHourly: Int, $keepDaily: Int, $keepWeekly: Int, $keepMonthly: Int, $keepYearly: Int) { backupRetentionPreview(id: $id, keepLast: $keepLast, keepHourly: $keepHourly, keepDaily: $keepDaily, keepWeekly: $keepWeekly, keepMonthly: $keepMonthly, keepYearly: $keepYearly) { kept reasons backup { id instanceId startedAt } } }',
    answer: { as: 'whole', key: 'decisions' },
  },
  {
    method: 'get',
    path: '/backup-alerts',
    category,
    summary: 'List backup alerts',
    document: `query ($includeDismissed: Boolean, $environmentId: ID, $first: Int, $after: String) { backupAlerts(includeDismissed: $includeDismissed, environmentId: $environmentId, first: $first, after: $after) { nodes { ${alertFields} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
  },
  { method: 'get', path: '/backup-alerts/count', category, summary: 'Count backup alerts', document: 'query { backupAlertCount { undismissed unread } }', answer: { as: 'object' } },
  { method: 'post', path: '/backup-alerts/{id}/read', category, summary: 'Mark a backup alert as read', document: `mutation ($id: ID!) { readBackupAlert(id: $id) { ${alertFields} } }`, answer: { as: 'object' } },
  { method: 'post', path: '/backup-alerts/{id}/dismiss', category, summary: 'Dismiss a backup alert', document: `mutation ($id: ID!) { dismissBackupAlert(id: $id) { ${alertFields} } }`, answer: { as: 'object' } },
];

const examples: Examples = {
  '/backup-schedules/{id}': '0197a1f6-3d21-7e52-8b64-7f9c205d8e32',
  '/backup-alerts/{id}': '0197a1f6-3d21-7e52-8b64-7f9c205d8e33',
  'BackupSchedule.id': '0197a1f6-3d21-7e52-8b64-7f9c205d8e32',
  'BackupAlert.id': '0197a1f6-3d21-7e52-8b64-7f9c205d8e33',
  'BackupAlert.alertType': 'missed',
  'BackupAlert.message': 'The backup of ERP production that was due at 2026-11-24T01:00:00.000Z was not made',
  'BackupAlert.instanceName': 'ERP production',
  'BackupAlert.instanceId': ids.instance,
  'BackupAlert.backupId': null,
  'BackupAlert.readAt': null,
  'BackupAlert.dismissedAt': null,
  'readBackupAlert.readAt': '2026-11-24T09:30:00.000Z',
  'dismissBackupAlert.readAt': '2026-11-24T09:30:00.000Z',
  'dismissBackupAlert.dismissedAt': '2026-11-24T09:31:00.000Z',
  'BackupAlertCount.undismissed': 1,
  'BackupAlertCount.unread': 1,
  'BackupSchedulePreset.id': 'daily',
  'BackupSchedulePreset.name': 'Every night',
  'BackupSchedulePreset.cron': '0 2 * * *',
  'RetentionDecision.reasons': ['last', 'daily', 'weekly', 'monthly'],
  'BackupSchedule.upcomingRuns': ['2026-11-25T01:00:00.000Z', '2026-11-26T01:00:00.000Z', '2026-11-27T01:00:00.000Z', '2026-11-28T01:00:00.000Z', '2026-11-29T01:00:00.000Z'],
  'BackupSchedule.lastProblem': null,
  'BackupSchedule.lastRunAt': null,
  'BackupSchedule.enabled': true,
  'CreateBackupScheduleInput.enabled': true,
  'UpdateBackupScheduleInput.enabled': true,
  jitterMinutes: 30,
  keepLast: 1,
  keepHourly: 0,
  keepDaily: 7,
  keepWeekly: 4,
  keepMonthly: 12,
  keepYearly: 0,
  'BackupSchedule.name': 'Every night',
  'BackupSchedule.cron': '0 2 * * *',
  'BackupSchedule.timeZone': 'Europe/Berlin',
  'CreateBackupScheduleInput.name': 'Every night',
  'CreateBackupScheduleInput.cron': '0 2 * * *',
  'CreateBackupScheduleInput.timeZone': 'Europe/Berlin',
  'UpdateBackupScheduleInput.name': 'Every night',
  'UpdateBackupScheduleInput.cron': '0 2 * * *',
  'UpdateBackupScheduleInput.timeZone': 'Europe/Berlin',
};

const parsers: Parsers = {
  CreateBackupScheduleInput: createBackupScheduleInput,
  UpdateBackupScheduleInput: updateBackupScheduleInput,
};

export default { routes, examples, parsers } satisfies Category;
