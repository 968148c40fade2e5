import { z } from 'zod';
import type { App } from '../app.ts';
import { uniqueViolation } from '../database/database.ts';
import { displayName } from '../display-name.ts';
import { AppError } from '../errors.ts';
import { readHost } from './host.ts';
import { readPrivateKey } from './private-key.ts';

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message, params: { constraint: 'format' } });
  return z.NEVER;
}

const text = (max: number) => z.string().trim().min(1).max(max);
const noControl = /^[^\u0000-\u001f\u007f]*$/;
export const fields = {
  name: displayName(100),
  description: z.string().max(2000).nullish(),
  host: text(255).transform((given, context) => {
    const read = readHost(given);
    return 'host' in read ? read.host : refuse(context, read.problem);
  }),
  port: z.number().int().min(1).max(65535),
  sshUser: text(64).regex(noControl, 'must not contain control characters'),
  authMethod: z.enum(['key', 'password']),
  sshPrivateKey: z
    .string()
    .max(16384)
    .transform((given, context) => {
      const read = readPrivateKey(given);
      return 'key' in read ? read.key : refuse(context, read.problem);
    }),
  sshPassword: z.string().min(1).max(1024),
  maxSshSessions: z.number().int().min(1).max(8),
  dockerSocket: text(255).regex(/^\/[A-Za-z0-9._/-]+$/, 'must be an absolute path'),
  hostKeyFingerprint: z
    .string()
    .max(500)
    .regex(
      /^\s*(?:\d+ )?SHA256:[A-Za-z0-9+/]{43}=?(?: .*)?\s*$/,
      'must be a fingerprint such as SHA256:…, or one line that ssh-keygen -lf prints',
    )
    .transform((line) => /SHA256:[A-Za-z0-9+/]{43}/.exec(line)?.[0] ?? line),
};

/** What is sent of a server both when it is registered and when it is changed. */
export const serverSettings = {
  description: fields.description,
  host: fields.host.nullish(),
  port: fields.port.nullish(),
  sshUser: fields.sshUser.nullish(),
  authMethod: fields.authMethod.nullish(),
  sshPrivateKey: fields.sshPrivateKey.nullish(),
  sshPassword: fields.sshPassword.nullish(),
  maxSshSessions: fields.maxSshSessions.nullish(),
  dockerSocket: fields.dockerSocket.nullish(),
};

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
