export { Documents } from './documents.ts';
export { documentLimits } from './limits.ts';
