import type { Context } from '../../schema/context.ts';
import { accessTopics } from '../access/access.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';

/** The longest that a timer of Node can wait. */
const longestMs = 2 ** 31 - 1;

/**
 * Ends what stays open when its credentials do: at the expiry, and at once, on every process, when a session or key ends or a
 * membership is taken away. Gives the way to stop watching.
 */
export function whenAccessEnds(app: App, { access, reauthenticate }: Pick<Context, 'access' | 'reauthenticate'>, end: (why: string) => void): () => void {
  const timer = access.expiresAt === null ? undefined : setTimeout(() => end('The access token has expired'), Math.min(longestMs, access.expiresAt * 1000 - Date.now()));
  const stops = accessTopics(access).map((topic) => app.events.on(topic, () => {
    reauthenticate().catch((error: unknown) => { if (error instanceof AppError) end('Access has ended'); });
  }));
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
