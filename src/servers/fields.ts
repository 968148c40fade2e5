import { z } from 'zod';
import ssh2 from 'ssh2';
import type { App } from '../app.ts';
import { uniqueViolation } from '../database/database.ts';
import { displayName } from '../display-name.ts';
import { AppError } from '../errors.ts';

const text = (max: number) => z.string().trim().min(1).max(max);
const noControl = /^[^\u0000-\u001f\u007f]*$/;
export const fields = {
  name: displayName(100),
  description: z.string().max(2000).nullish(),
  host: text(255).regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/, 'must be a host name or an IP address'),
  port: z.number().int().min(1).max(65535),
  sshUser: text(64).regex(noControl, 'must not contain control characters'),
  authMethod: z.enum(['key', 'password']),
  sshPrivateKey: z.string().max(16384),
  sshPassword: z.string().min(1).max(1024),
  maxSshSessions: z.number().int().min(1).max(8),
  dockerSocket: text(255).regex(/^\/[A-Za-z0-9._/-]+$/, 'must be an absolute path'),
  hostKeyFingerprint: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must look like SHA256:… as ssh-keygen -l prints it'),
};

export function checkKey(key: string | null | undefined, context: z.RefinementCtx): void {
  if (key && ssh2.utils.parseKey(key) instanceof Error) {
    context.addIssue({
      code: 'custom',
      path: ['sshPrivateKey'],
      message: 'must be an unencrypted private key in OpenSSH or PEM format',
      params: { constraint: 'format' },
    });
  }
}

export function nameTaken(error: unknown, name: string): never {
  if (uniqueViolation(error) === undefined || error instanceof AppError) throw error;
  throw new AppError('conflict', `A server named ${name} already exists`, { field: 'name', constraint: 'unique' });
}

/** Denied addresses are refused at once; names are resolved when oCore connects. */
export function requirePermittedHost(app: App, host: string | null | undefined): void {
  if (!host || !app.remote.deniesHost(host)) return;
  throw new AppError(
    'destination_denied',
    'host: the operator of this installation does not allow connections to this address',
    { field: 'host', constraint: 'destination' },
  );
}
