import type { App } from '../app.ts';
import { bodyOf } from './body.ts';
import { messageId } from './deliveries.ts';
import { WebhookDestinations } from './destinations.ts';
import { disableEndpoint } from './disable.ts';
import type { Lane } from './lanes.ts';
import { type Attempt, Poster } from './post.ts';
import type { Receiver } from './receiver.ts';
import { Results } from './results.ts';
import { delayAfter, failingDays, retryAfterOf } from './schedule.ts';
import { signed } from '../standard-webhooks.ts';
import type { Waiting } from './waiting.ts';

/** Makes attempts, and records what came of them. */
export class Courier {
  readonly results: Results;
  readonly #app: App;
  readonly #poster: Poster;

  constructor(app: App) {
    this.#app = app;
    this.results = new Results(app.db.pool, app.log);
    this.#poster = new Poster(new WebhookDestinations(app.config), app.config.WEBHOOK_TIMEOUT * 1000);
  }

  async attempt(receiver: Receiver, { id, event }: Waiting): Promise<Attempt> {
    const at = Date.now();
    if (event === null) {
      const gone = { at: new Date(at).toISOString(), status: null, headers: {}, body: '', durationMs: 0 };
      return { ...gone, error: 'The event is no longer kept' };
    }
    const { url, format } = receiver.settings;
    const body = bodyOf(format, event);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'oCore-Webhooks',
      ...signed(receiver.signers(at), messageId(id), at, body),
    };
    return this.#poster.post(url, headers, body);
  }

  /** Ends when it is recorded, and what follows from it is done. */
  async record(receiver: Receiver, lane: Lane, delivery: Waiting, attempt: Attempt, ok: boolean): Promise<void> {
    const { id, event } = delivery;
    const tries = delivery.tries + 1;
    const about = { id, endpointId: receiver.settings.id, tries, attempt };
    if (ok) {
      // The next one goes without waiting for the record. If this process dies now, both are sent again, in this order.
      receiver.lanes.finished(lane);
      return this.results.add({ ...about, status: 'succeeded', nextAttemptAt: null });
    }
    const isGone = attempt.status === 410;
    const retryAfter = retryAfterOf(attempt.headers['retry-after'], Date.now());
    const delay = isGone || event === null ? undefined : delayAfter(tries, retryAfter);
    const nextAttemptAt = delay === undefined ? null : new Date(Date.now() + delay);
    await this.results.add({ ...about, status: nextAttemptAt ? 'pending' : 'failed', nextAttemptAt });
    if (nextAttemptAt) receiver.lanes.retry(lane, { ...delivery, tries, dueAt: nextAttemptAt.getTime() });
    else receiver.lanes.finished(lane);
    const since = receiver.failingSince?.getTime() ?? Number.POSITIVE_INFINITY;
    const reason = isGone ? 'gone' : Date.now() - since > failingDays * 86400_000 ? 'failing' : undefined;
    if (!reason) return;
    // Nothing more is sent, not even what is read already.
    receiver.isStale = true;
    await disableEndpoint(this.#app, receiver.settings.orgId, receiver.settings.id, reason);
  }

  async close(): Promise<void> {
    await this.#poster.close();
  }
}
