import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from '../../schema/context.ts';
import { authenticate, bearerOf } from '../access/authenticate.ts';
import type { App } from '../app.ts';
import type { AccessTokens } from '../identity/index.ts';

const given = /^[A-Za-z0-9._-]{8,64}$/;

/** The caller's request id where it is harmless, else one of ours; it goes into every log line, audit row and job. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const value = headers['x-request-id'];
  return typeof value === 'string' && given.test(value) ? value : `req_${randomBytes(12).toString('base64url')}`;
}

function single(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

export interface Credentials {
  authorization: string | null;
  orgSlug: string | null;
}

export function credentialsOf(headers: IncomingHttpHeaders): Credentials {
  return { authorization: single(headers.authorization), orgSlug: single(headers['x-org-slug']) };
}

/** The context of one operation; its permissions are read from the database now. */
export async function contextOf(app: App, tokens: AccessTokens, credentials: Credentials, client: Context['client']): Promise<Context> {
  const reauthenticate = async () => authenticate(app.db.pool, tokens, { token: bearerOf(credentials.authorization), orgSlug: credentials.orgSlug, ipAddress: client.ipAddress });
  return { app, tokens, access: await reauthenticate(), client, reauthenticate };
}
