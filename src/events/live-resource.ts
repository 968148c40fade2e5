import type { Change, Topic } from './hub.ts';

/** A resource that can be subscribed to. */
export interface LiveResource {
  /** As audit entries, events and operations name it. */
  readonly type: string;
  /** Whom a change of it wakes. */
  topics(orgId: string, id: string, created?: boolean): readonly (Topic | Change)[];
}

/** The topic of all rows of a kind. */
export const allOf = (orgId: string, type: string): Topic => `org:${orgId}:${type}s`;

/** The topics of one row, and of all rows of its kind in the organization. */
export const liveTopics =
  (type: string): LiveResource['topics'] =>
  (orgId, id, created) => [
    `${type}:${id}`,
    { topic: allOf(orgId, type), id, ...(created ? { created: true as const } : {}) },
  ];
