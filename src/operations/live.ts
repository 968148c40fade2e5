/** The condition of operations that have not ended. */
export const liveOperation = { status: { in: ['queued' as const, 'running' as const] } };
