import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Database } from './db.ts';
import type { EventHub } from './events/hub.ts';
import type { KindRegistry } from './jobs/registry.ts';
import type { OperationQueue } from './jobs/queue.ts';
import type { Limits } from './limits/index.ts';
import type { RemotePool } from './remote/index.ts';
import type { SecretBox } from './secrets/box.ts';

/** What `main.ts` makes once and everything else is given. */
export interface App {
  readonly config: Config;
  readonly log: Logger;
  readonly db: Database;
  readonly secrets: SecretBox;
  readonly events: EventHub;
  readonly limits: Limits;
  readonly queue: OperationQueue;
  /** What a worker can run, and what ends an operation that no worker has begun. */
  readonly kinds: KindRegistry;
  readonly remote: RemotePool;
}
