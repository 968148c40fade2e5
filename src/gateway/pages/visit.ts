import type { Request, Response } from 'express';
import type { Context } from '../../../schema/context.ts';
import type { Access } from '../../access/access.ts';
import type { App } from '../../app.ts';
import { AppError } from '../../errors.ts';
import { type AccessTokens, type CookieNames, csrfTokenOf, readCookies } from '../../identity/index.ts';
import { clientOf } from '../../request/client.ts';
import { contextOf, credentialsOf } from '../../request/context.ts';
import { cookieCredential } from '../../request/cookie-credential.ts';
import { framePage } from '../../request/html-page.ts';
import { ownPath } from './own-path.ts';

function textOf(source: unknown, name: string): string {
  const value: unknown = typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined;
  return typeof value === 'string' ? value : '';
}

/** Somebody on a page: what the API knows of a request, and what the page's address or form says. */
export interface Visit extends Pick<Context, 'app' | 'tokens' | 'client' | 'access' | 'browser'> {
  field: (name: string) => string;
  /** `token` of the address or form: that of an e-mail's link. */
  token: string;
  /** Where to go on to afterwards. */
  next: string | null;
  /** What a form of who is signed in must bring along. */
  csrf: string;
  cookies: Record<keyof CookieNames, string | null>;
  /** Whether this browser was signed in until lately: its session may still be good. */
  wasSignedIn: boolean;
}

/**
 * Finds out who opens a page or submits its form, and counts that as a request of theirs. Forms cannot send headers, so the
 * session's own token comes in a field; without it the cookies do not count.
 */
export async function visitOf(app: App, tokens: AccessTokens, request: Request, response: Response): Promise<Visit> {
  const source: unknown = request.method === 'POST' ? request.body : request.query;
  const credentials = {
    ...credentialsOf(app.config, request),
    authorization: null,
    orgSlug: null,
    cookie: cookieCredential(app.config, request, textOf(source, 'csrf')),
  };
  const context = await contextOf(app, tokens, credentials, clientOf(app.config, request), response);
  const { access } = context;
  if (access.impersonator && access.actor)
    framePage(response, {
      impersonation: {
        administrator: access.impersonator.name,
        person: access.actor.name,
        until: access.impersonator.expiresAt,
      },
    });
  const cookies = readCookies(app.config, request.headers.cookie);
  return {
    ...context,
    field: (name) => textOf(source, name),
    token: textOf(source, 'token'),
    next: ownPath(textOf(source, 'next')),
    csrf: access.sessionId ? csrfTokenOf(app.config, access.sessionId) : '',
    cookies,
    wasSignedIn: access.sessionId === null && cookies.csrf !== null && cookies.access === null,
  };
}

export interface Person {
  userId: string;
  sessionId: string;
  name: string;
}

/** The person who is signed in, or null. */
export function personOf({ access }: { access: Access }): Person | null {
  const { userId, sessionId, actor } = access;
  return userId && sessionId && actor ? { userId, sessionId, name: actor.name } : null;
}

/** The same for what needs one; in the words of a page. */
export function requireSignedIn({ access }: { access: Access }): Person {
  const person = personOf({ access });
  if (person) return person;
  const isForged = access.refused?.code === 'forbidden';
  throw new AppError(
    isForged ? 'forbidden' : 'unauthenticated',
    isForged ? 'The form must be submitted from this page; open it again' : 'Sign in first',
  );
}
