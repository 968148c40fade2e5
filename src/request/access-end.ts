import type { ServerResponse } from 'node:http';
import type { Context } from '../../schema/context.ts';
import { type Access, accessTopics } from '../access/access.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { tokenExpired } from '../identity/index.ts';
import { keyRefused } from './authenticate.ts';
import type { Connections } from './connections.ts';

/** The longest that a timer of Node can wait. */
const longestMs = 2 ** 31 - 1;

/** What the next request would be told. */
const accessExpired = ({ apiKeyId }: Access): AppError => (apiKeyId === null ? tokenExpired() : keyRefused());

function whenExpired({ expiresAt }: Access, end: () => void): () => void {
  const timer = expiresAt === null ? undefined : setTimeout(end, Math.min(longestMs, expiresAt * 1000 - Date.now()));
  return () => clearTimeout(timer);
}

/**
 * Ends a socket when its credentials do: at the expiry, and at once, on every process, when a session or key ends or a
 * membership is taken away. Gives the way to stop watching.
 */
export function whenAccessEnds(
  app: App,
  { access, reauthenticate }: Context,
  end: (why: AppError) => void,
): () => void {
  const watchExpiry = (now: Access): (() => void) => whenExpired(now, () => end(accessExpired(now)));
  let stopExpiry = watchExpiry(access);
  let stopped = false;
  const stops = accessTopics(access).map((topic) =>
    app.events.on(topic, () => {
      reauthenticate().then(
        (now) => {
          // A key that was rotated ends sooner than it did.
          stopExpiry();
          if (!stopped) stopExpiry = watchExpiry(now);
        },
        (error: unknown) => {
          if (error instanceof AppError) end(error);
        },
      );
    }),
  );
  return () => {
    stopped = true;
    stopExpiry();
    for (const stop of stops) stop();
  };
}

/** A stream of events takes a place among the connections, and ends at the expiry; what else ends its access, it says itself. */
export function holdOpen(connections: Connections, { access, client }: Context, response: ServerResponse): void {
  response.once('close', connections.byAddress(client.ipAddress));
  if (access.actor?.id) response.once('close', connections.byAccount(access.actor.id));
  response.once(
    'close',
    whenExpired(access, () => response.destroy()),
  );
}
