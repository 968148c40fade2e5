import { signingKeyOwner, totpOwner } from './identity/index.ts';
import { secretOwner } from './instances/index.ts';
import { mailOwner } from './mail/index.ts';
import { recordColumn, recordMap, type SealedColumn } from './secrets/sealed-column.ts';
import { credentialOwner } from './servers/index.ts';

/** Everything that is sealed in the database: what is not named here would be lost with the key that sealed it. */
export const sealedColumns: readonly SealedColumn[] = [
  recordColumn('signing_keys', 'private_key_enc', signingKeyOwner, 'kid'),
  recordColumn('users', 'totp_secret_enc', totpOwner),
  recordColumn('mails', 'body_enc', mailOwner),
  recordColumn('idempotency_keys', 'request_enc', (id) => id),
  recordColumn('idempotency_keys', 'answer_enc', (id) => id),
  recordColumn('servers', 'credential_enc', credentialOwner),
  recordColumn('instances', 'secrets_enc', (id) => secretOwner(id, 'passwords')),
  recordColumn('instances', 'admin_password_enc', (id) => secretOwner(id, 'admin')),
  recordMap('instances', 'env_vars', [], (id, name) => secretOwner(id, `env:${name}`)),
  // Of ended operations too: they can be run again with the same input.
  recordMap('operations', 'input', ['settings', 'envVars'], (id, name) => secretOwner(id, `env:${name}`), 'resource_id'),
];
