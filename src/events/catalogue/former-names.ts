import type { EventName } from './catalogue.ts';

/** Names that events had before 2026-11-27. Filters still take them. */
const formerNames: ReadonlyMap<string, EventName> = new Map<string, EventName>([
  ['org.created', 'organization.created'],
  ['org.updated', 'organization.updated'],
  ['org.settings_updated', 'organization.settings_updated'],
  ['org.ownership_transferred', 'organization.ownership_transferred'],
  ['org.deletion_requested', 'organization.deletion_requested'],
  ['org.delete_failed', 'organization.delete_failed'],
  ['org.deleted', 'organization.deleted'],
  ['instance.running', 'instance.started'],
  ['instance.settings_updated', 'instance.configured'],
  ['operation.succeeded', 'operation.completed'],
]);

/** The names under which entries of this action stand: a process of an earlier version may still write the former one. */
export function namesOfAction(given: string): string[] {
  const now = formerNames.get(given) ?? given;
  return [now, ...[...formerNames].filter(([, name]) => name === now).map(([former]) => former)];
}

/** `server.` or `server.*` means every event of servers; undefined for what is one name. */
export function familyOf(given: string): string | undefined {
  const family = /^([a-z_]+\.)\*?$/.exec(given)?.[1];
  return family === 'org.' ? 'organization.' : family;
}
