export { limitExceeded } from './exceeded.ts';
export { Limits, type QuotaName, refuse, type Usage } from './limits.ts';
export { networkOf } from './network.ts';
export type { Attempt, AttemptPolicy } from './attempts.ts';
export { windowSeconds } from './shared-counters.ts';
