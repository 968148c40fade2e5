import { recordColumn } from '../secrets/sealed-column.ts';

export const tokenOwner = (id: string): string => `repository_token:${id}`;
export const privateKeyOwner = (id: string): string => `repository_key:${id}`;
export const webhookSecretOwner = (id: string): string => `repository_webhook:${id}`;

export const sealedColumns = [
  recordColumn('repositories', 'token_enc', tokenOwner),
  recordColumn('repositories', 'private_key_enc', privateKeyOwner),
  recordColumn('repositories', 'webhook_secret_enc', webhookSecretOwner),
];
