export { checkCost, Documents, type ReadyDocument } from './documents.ts';
export { documentLimits } from './limits.ts';
