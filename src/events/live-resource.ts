import type { Topic } from './hub.ts';

/** A resource that can be subscribed to. */
export interface LiveResource {
  /** As audit entries, events and operations name it. */
  readonly type: string;
  /** Whom a change of it wakes. */
  topics(orgId: string, id: string): readonly Topic[];
}
