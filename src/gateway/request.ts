import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Context } from '../../schema/context.ts';
import { authenticate, bearerOf } from '../access/authenticate.ts';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { AccessTokens } from '../identity/index.ts';
import { countRequest } from './quota.ts';

const given = /^[A-Za-z0-9._-]{8,64}$/;

export function newRequestId(): string {
  return `req_${randomBytes(12).toString('base64url')}`;
}

/** The caller's request id where it is harmless, else one of ours; it goes into every log line, audit row and job. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const value = headers['x-request-id'];
  return typeof value === 'string' && given.test(value) ? value : newRequestId();
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

/**
 * The context of one operation; its permissions are read from the database now. Counts the request against the quota of
 * who it comes from, and says so in the answer's headers where there is one.
 */
export async function contextOf(app: App, tokens: AccessTokens, credentials: Credentials, client: Context['client'], response: ServerResponse | null): Promise<Context> {
  const ask = async () => authenticate(app.db.pool, tokens, { token: bearerOf(credentials.authorization), orgSlug: credentials.orgSlug, ipAddress: client.ipAddress });
  const access = await ask().catch((error: unknown) => {
    // Who tries tokens is counted like who has none.
    if (error instanceof AppError) countRequest(app, null, client, response);
    throw error;
  });
  countRequest(app, access, client, response);
  const reauthenticate = async () => {
    const now = await ask();
    // A slug that was given up may lead to another organization by now.
    if (now.org?.id !== access.org?.id) throw new AppError('not_found', 'The organization has another slug now, or is gone', { resource: 'organization', slug: credentials.orgSlug });
    return now;
  };
  return { app, tokens, access, client, reauthenticate };
}

/** Where the pages about errors are: APP_URL where it was given, else the address that the request came to. */
function originOf(config: Config, host: string | null | undefined): string {
  if (config.hasAppUrl || !host || !/^[\w.:[\]-]+$/.test(host)) return config.APP_URL.replace(/\/$/, '');
  return `http://${host}`;
}

export function docUrlOf(config: Config, host: string | null | undefined, code: string): string {
  return `${originOf(config, host)}/docs/errors/${code}`;
}
