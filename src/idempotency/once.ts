import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { type Asker, type KeyClaim, renewEveryMs, take } from './key-claim.ts';

/** A changing request that its client may send again. */
export interface Asked extends Asker {
  key: string;
  /** Whose key it is: the same key of another caller is another key. */
  caller: string;
  /** Method, path and body. */
  request: string;
}

const keptAnswer = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.unknown().optional(),
});
export type KeptAnswer = z.infer<typeof keptAnswer>;

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/**
 * Runs the request once for its key. Sent again within a day it gives the first response, on every process. Only a response of
 * success is kept: a request that was refused changed nothing, and may come again with the same key. Where nobody knows
 * (the process died, the database was away), the next attempt finds out.
 */
export async function once(
  app: App,
  asked: Asked,
  run: () => Promise<KeptAnswer>,
): Promise<{ answer: KeptAnswer; replayed: boolean }> {
  const id = digest(`${asked.caller}\n${asked.key}`);
  const taken = await take(app, id, digest(asked.request), asked);
  if ('answer' in taken) return { answer: keptAnswer.parse(JSON.parse(taken.answer)), replayed: true };
  const renewal = setInterval(() => {
    taken.claim.renew().catch(() => {});
  }, renewEveryMs);
  try {
    const answer = await run();
    await keep(app, taken.claim, answer);
    return { answer, replayed: false };
  } catch (error) {
    const refused = error instanceof AppError && error.status < 500;
    // Not being able to say so only makes the next attempt wait for the lease.
    await (refused ? taken.claim.free() : taken.claim.giveUp()).catch(() => {});
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** The change is made: that its response cannot be kept must not make it an error. */
async function keep(app: App, claim: KeyClaim, answer: KeptAnswer): Promise<void> {
  await claim
    .keep(JSON.stringify(answer))
    .catch((error: unknown) =>
      app.log.warn({ err: error }, 'The response to a request with an Idempotency-Key could not be stored'),
    );
}
