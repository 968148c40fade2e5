export { LiveSettings } from './live-settings.ts';
export { maintenanceRefusal } from './maintenance.ts';
export { quotaFields, requireQuota } from './quota.ts';
export {
  type MailServer,
  type QuotaName,
  quotaNames,
  type Quotas,
  readSettings,
  type Settings,
  smtpPasswordOwner,
} from './settings.ts';
