import { liveTopics } from '../events/live-resource.ts';

/** Whom a change of an operation wakes. */
export const operationTopics = liveTopics('operation');

/** The condition of operations that have not ended. */
export const liveOperation = { status: { in: ['queued' as const, 'running' as const] } };
