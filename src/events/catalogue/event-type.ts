import { z } from 'zod';
import type { Permission } from '../../access/permissions.ts';

/** What the catalogue says of a type of events. */
export interface EventType<Data = object, Holder extends Permission | null = Permission | null> {
  /** When it is recorded, as a sentence. */
  readonly when: string;
  /** Who may see it; null: it belongs to no organization. */
  readonly permission: Holder;
  /** What it says beside its resource and its actor. Never secrets: it goes to the audit log, to webhooks and to subscribers. */
  readonly data: z.ZodType<Data>;
  readonly example: Data;
}

export type NoData = Record<never, never>;
const noData: z.ZodType<NoData> = z.strictObject({});

/** Makes the types of one noun, which are all seen with the same permission. */
export function eventsFor<Holder extends Permission | null>(permission: Holder) {
  function event(when: string): EventType<NoData, Holder>;
  function event<Data extends object>(when: string, data: z.ZodType<Data>, example: Data): EventType<Data, Holder>;
  function event(when: string, data: z.ZodType<object> = noData, example: object = {}): EventType<object, Holder> {
    return { when, permission, data, example };
  }
  return event;
}

/** Of things that come into a status: which, and the code of the error that brought them there. */
export const statusAndReason = z.strictObject({
  status: z.string().describe('The status from then on.'),
  reason: z.string().nullable().describe('The code of the error; null without one.'),
});
