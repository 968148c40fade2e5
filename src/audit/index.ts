export { type AuditExport, auditFile, exportAuditEntries, exportLimit } from './export.ts';
export { auditConditions, type AuditFilter, getAuditEntry, listAuditEntries } from './list.ts';
export { type Fact, mutate, type Mutation, recordFact } from './mutation.ts';
