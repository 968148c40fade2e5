import type { Logger } from 'pino';
import type { Marks } from './audit/marks.ts';
import type { Config } from './config.ts';
import type { Database } from './database/database.ts';
import type { EventHub } from './events/hub.ts';
import type { Holdings } from './feature/holdings.ts';
import type { KnownKinds } from './operations/outcome.ts';
import type { OperationQueue } from './operations/queue.ts';
import type { Limits } from './limits/index.ts';
import type { RemotePool } from './remote/index.ts';
import type { SecretBox } from './secrets/box.ts';
import type { LiveSettings } from './settings/index.ts';

/** What `main.ts` makes once and everything else is given. */
export interface App {
  readonly config: Config;
  readonly log: Logger;
  /** What a person reads here and a log must not hold: e-mails, where there is no mail server. */
  readonly print: (text: string) => void;
  readonly db: Database;
  readonly secrets: SecretBox;
  /** How the program knows the audit entries that it wrote. */
  readonly marks: Marks;
  readonly events: EventHub;
  readonly limits: Limits;
  /** What the administrator decides while the program runs. */
  readonly settings: LiveSettings;
  readonly queue: OperationQueue;
  /** How each kind of operation ends, also where no worker has begun it. */
  readonly kinds: KnownKinds;
  /** What all features keep in an organization, a server, a project or an environment. */
  readonly holdings: Holdings;
  readonly remote: RemotePool;
}
