import { apiKeyEvents } from './api-key.ts';
import { authEvents } from './auth.ts';
import { databaseReplicaEvents } from './database-replica.ts';
import { backupDestinationEvents } from './backup-destination.ts';
import { backupEvents } from './backup.ts';
import { backupScheduleEvents } from './backup-schedule.ts';
import { databaseEvents } from './database.ts';
import { deploymentEvents } from './deployment.ts';
import { environmentEvents } from './environment.ts';
import type { EventType, NoData } from './event-type.ts';
import { installationEvents } from './installation.ts';
import { instanceEvents } from './instance.ts';
import { memberEvents } from './member.ts';
import { operationEvents } from './operation.ts';
import { organizationEvents } from './organization.ts';
import { pointInTimeEvents } from './point-in-time.ts';
import { projectEvents } from './project.ts';
import { registryEvents } from './registry.ts';
import { repositoryEvents } from './repository.ts';
import { restoreEvents } from './restore.ts';
import { restoreTestEvents } from './restore-test.ts';
import { roleEvents } from './role.ts';
import { serverEvents } from './server.ts';
import { transferEvents } from './transfer.ts';
import { webhookEvents } from './webhook.ts';

export type { EventType, NoData };

/** The events of an organization: what subscribers and webhooks of it can be told. */
export const organizationCatalogue = {
  ...organizationEvents,
  ...memberEvents,
  ...roleEvents,
  ...apiKeyEvents,
  ...serverEvents,
  ...registryEvents,
  ...backupDestinationEvents,
  ...projectEvents,
  ...environmentEvents,
  ...repositoryEvents,
  ...deploymentEvents,
  ...instanceEvents,
  ...databaseEvents,
  ...backupEvents,
  ...backupScheduleEvents,
  ...restoreEvents,
  ...transferEvents,
  ...databaseReplicaEvents,
  ...pointInTimeEvents,
  ...operationEvents,
  ...restoreTestEvents,
  ...webhookEvents,
};

/** Every event. What is not in here cannot be recorded: its name does not compile. */
export const catalogue = { ...organizationCatalogue, ...authEvents, ...installationEvents };

export type OrganizationEventName = keyof typeof organizationCatalogue;
export type AccountEventName = keyof typeof authEvents;
export type InstallationEventName = keyof typeof installationEvents;
export type EventName = keyof typeof catalogue;

/** What an event of this name says. */
export type EventData<Name extends EventName> = (typeof catalogue)[Name] extends EventType<infer Data> ? Data : never;
/** The permission with which it is seen. */
export type EventPermission<Name extends EventName> = (typeof catalogue)[Name]['permission'];

export function isOrganizationEvent(name: string): name is OrganizationEventName {
  return Object.hasOwn(organizationCatalogue, name);
}

/** What the catalogue says of an event of an organization; undefined for one that another version recorded. */
export function organizationEvent(name: string): EventType | undefined {
  return isOrganizationEvent(name) ? organizationCatalogue[name] : undefined;
}
