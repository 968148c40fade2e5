import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { AppError } from '../errors.ts';
import { limitExceeded } from './exceeded.ts';
import { networkOf } from './network.ts';
import { type Attempt, AttemptLimits, type AttemptPolicy } from './attempts.ts';
import { SharedCounters } from './shared-counters.ts';

/** What a minute's quota is counted by. */
export type QuotaName = 'address' | 'anonymous' | 'account' | 'api_key' | 'graphql_cost';

/** The caller's quota after a request. */
export interface Usage {
  name: QuotaName;
  quota: number;
  remaining: number;
  /** Seconds until the quota resets. */
  reset: number;
  exceeded: boolean;
}

const texts: Readonly<Record<QuotaName, string>> = {
  address: 'requests from this address',
  anonymous: 'requests without a valid sign-in from this address',
  account: 'requests of this account',
  api_key: 'requests of this API key',
  graphql_cost: 'points of GraphQL cost',
};

const sweepMs = 10 * 60_000;

/** Quotas of requests, shared nearly exactly by all processes, and limits of attempts at secrets, shared exactly. */
export class Limits {
  readonly #counters: SharedCounters;
  readonly #attempts: AttemptLimits;
  readonly #quotas: Readonly<Record<QuotaName, number>>;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(config: Config, pool: Pool, log: Logger) {
    this.#counters = new SharedCounters(pool, log);
    this.#attempts = new AttemptLimits(pool, config.RATE_LIMIT_SENSITIVE_FACTOR);
    this.#quotas = {
      address: config.RATE_LIMIT_ADDRESS,
      anonymous: config.RATE_LIMIT_ANONYMOUS,
      account: config.RATE_LIMIT_ACCOUNT,
      api_key: config.RATE_LIMIT_ACCOUNT,
      graphql_cost: config.RATE_LIMIT_GRAPHQL_COST,
    };
  }

  start(): void {
    this.#counters.start();
    this.#sweeper = setInterval(() => void this.#attempts.sweep().catch(() => {}), sweepMs);
    this.#sweeper.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweeper);
    await this.#counters.stop();
  }

  /** Counts points against a minute's quota; the caller refuses when it is exceeded. */
  use(name: QuotaName, subject: string, points = 1): Usage {
    const quota = this.#quotas[name];
    const used = this.#counters.take(`${name} ${subject}`, points, quota);
    return {
      name,
      quota,
      remaining: Math.max(0, quota - used - points),
      reset: Math.ceil(this.#counters.secondsLeft),
      exceeded: used >= quota,
    };
  }

  /** The caller's quota, without counting a request. */
  standing(name: QuotaName, subject: string): Usage {
    const quota = this.#quotas[name];
    const used = this.#counters.used(`${name} ${subject}`);
    return {
      name,
      quota,
      remaining: Math.max(0, quota - used),
      reset: Math.ceil(this.#counters.secondsLeft),
      exceeded: used >= quota,
    };
  }

  useByAddress(name: 'address' | 'anonymous', address: string | null): Usage {
    return this.use(name, networkOf(address));
  }

  /**
   * Counts one attempt at something that guards a secret, before the work that it asks for. Throws
   * `rate_limit_exceeded` when there were too many. The parts together are the key; addresses count by network.
   */
  countAttempt(policy: AttemptPolicy, ...parts: readonly (string | null)[]): Promise<Attempt> {
    return this.#attempts.count(policy, ...parts);
  }
}

export function refuse(usage: Usage): AppError {
  return limitExceeded(usage.name, `More than ${usage.quota} ${texts[usage.name]} in a minute`, usage.reset);
}
