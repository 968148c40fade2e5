import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Pool } from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { limitExceeded } from './exceeded.ts';
import { networkOf } from './network.ts';

/** Attempts within a time, counted exactly and across restarts. What each is counted by, its caller says. */
const policies = {
  /** Sign-ins that fail, of an account from an address. */
  login: { attempts: 10, minutes: 15, what: 'failed sign-ins' },
  /** Sign-ins that fail from an address, whatever the account. */
  login_address: { attempts: 60, minutes: 15, what: 'failed sign-ins from this address' },
  /** Sign-ins that fail of an account, from all addresses that it never signed in from. */
  login_account: { attempts: 100, minutes: 60, what: 'failed sign-ins for this account' },
  /** By address. */
  sign_up: { attempts: 20, minutes: 60, what: 'sign-ups from this address' },
  /** E-mails to an account or e-mail address: reset, verification, invitation. */
  mail: { attempts: 5, minutes: 60, what: 'e-mails to this address' },
  /** E-mails that an address asks for. */
  mail_address: { attempts: 20, minutes: 60, what: 'e-mails requested from this address' },
  /** Invitations, by who invites. */
  invitation: { attempts: 100, minutes: 60, what: 'invitations' },
  /** Codes of the second step that are wrong, of an account. */
  second_factor: { attempts: 10, minutes: 15, what: 'wrong codes' },
  /** Passwords asked for again by a session, of an account. */
  password_check: { attempts: 10, minutes: 15, what: 'wrong passwords' },
  /** Refresh, reset, verification and invite tokens that are wrong, by address. */
  token: { attempts: 60, minutes: 15, what: 'invalid tokens' },
} as const satisfies Record<string, { attempts: number; minutes: number; what: string }>;

export type AttemptPolicy = keyof typeof policies;

/** An attempt that was counted. */
export interface Attempt {
  /** Takes it back: it turned out to be the real one. */
  forgive(): Promise<void>;
  /** Forgets all attempts of the same key. */
  forget(): Promise<void>;
}

export class AttemptLimits {
  readonly #pool: Pool;
  readonly #factor: number;
  readonly #limiters = new Map<AttemptPolicy, RateLimiterPostgres>();

  constructor(pool: Pool, factor: number) {
    this.#pool = pool;
    this.#factor = factor;
  }

  /**
   * Counts one attempt before the work that it asks for; throws `rate_limit_exceeded` when there were too many.
   * The key is made of all parts; addresses among them count by network. Nothing of them is stored readably.
   */
  async count(policy: AttemptPolicy, ...parts: readonly (string | null)[]): Promise<Attempt> {
    const limiter = this.#limiterOf(policy);
    const key = createHash('sha256')
      .update(JSON.stringify(parts.map((part) => (part === null || isIP(part) > 0 ? networkOf(part) : part))))
      .digest('base64url');
    try {
      await limiter.consume(key);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw limitExceeded(policy, `Too many ${policies[policy].what}`, error.msBeforeNext / 1000);
    }
    return {
      forgive: async () => {
        await limiter.reward(key);
      },
      forget: async () => {
        await limiter.delete(key);
      },
    };
  }

  /** Takes away what no longer counts. */
  async sweep(): Promise<void> {
    await this.#pool.query('DELETE FROM sensitive_limits WHERE expire < $1', [Date.now()]);
  }

  #limiterOf(policy: AttemptPolicy): RateLimiterPostgres {
    const known = this.#limiters.get(policy);
    if (known) return known;
    const points = policies[policy].attempts * this.#factor;
    const limiter = new RateLimiterPostgres({
      storeClient: this.#pool,
      storeType: 'pool',
      tableName: 'sensitive_limits',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: policy,
      points,
      duration: policies[policy].minutes * 60,
      // Once refused, a flood is refused from memory.
      inMemoryBlockOnConsumed: points + 1,
    });
    this.#limiters.set(policy, limiter);
    return limiter;
  }
}
