import { auditKeyOwner } from './audit/signing.ts';
import { features } from './features.ts';
import { mailOwner } from './mail/index.ts';
import { recordColumn, type SealedColumn } from './secrets/sealed-column.ts';

/** Everything that is sealed in the database: what is not named here would be lost with the key that sealed it. */
export const sealedColumns: readonly SealedColumn[] = [
  ...features.flatMap((feature) => feature.sealed ?? []),
  recordColumn('audit_keys', 'private_key_enc', auditKeyOwner),
  recordColumn('mails', 'body_enc', mailOwner),
  recordColumn('idempotency_keys', 'request_enc', (id) => id),
  recordColumn('idempotency_keys', 'answer_enc', (id) => id),
];
