import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { surviveErrors } from './survive-errors.ts';

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: boolean | Error) => void,
) => void;

const orgs = new AsyncLocalStorage<string>();
const ending = /^\s*(COMMIT|ROLLBACK)\s*;?\s*$/i;

/** Runs the work for one organization: every connection that it takes is limited to it. */
export function inOrg<T>(orgId: string, work: () => T): T {
  return orgs.run(orgId, work);
}

const textOf = (statement: unknown): unknown =>
  typeof statement === 'object' && statement !== null && 'text' in statement ? statement.text : statement;

/**
 * A connection for as long as it is lent. Prisma ends a transaction that takes too long while a write of several statements
 * may still be under way: its later statements must not run after the end, least of all once the connection serves somebody else.
 */
function lend(client: pg.PoolClient): pg.PoolClient {
  let over = false;
  return new Proxy(client, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name === 'release') {
        return (error?: Error | boolean) => {
          over = true;
          target.release(error);
        };
      }
      if (name !== 'query') return value.bind(target);
      return (...args: unknown[]) => {
        if (over) return Promise.reject(new Error('The transaction has ended; this statement came too late'));
        over = ending.test(String(textOf(args[0])));
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/**
 * Connections that belong to the role `ocore_tenant` and stand in one organization at a time: row-level security then
 * lets no statement out of it. A connection remembers where it stands, so a run of requests of one organization costs nothing more.
 */
export class TenantPool extends pg.Pool {
  readonly #standing = new WeakMap<pg.PoolClient, string>();

  constructor(config: pg.PoolConfig) {
    super(config);
    surviveErrors(this);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    const org = orgs.getStore();
    const ready =
      org === undefined ? Promise.reject(new Error('A tenant statement needs its organization')) : this.#take(org);
    if (!callback) return ready.then(lend);
    // One statement of pool.query, which gives the connection back by itself.
    ready.then(
      (client) => callback(undefined, client, (release) => client.release(release)),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), undefined, () => {}),
    );
    return undefined;
  }

  async #take(org: string): Promise<pg.PoolClient> {
    for (;;) {
      const client = await super.connect();
      // What was set inside a transaction that is still open goes away with its rollback: such a connection is of no use.
      if (client.getTransactionStatus() === 'I') return this.#enter(client, org);
      client.release(true);
    }
  }

  async #enter(client: pg.PoolClient, org: string): Promise<pg.PoolClient> {
    const before = this.#standing.get(client);
    if (before === org) return client;
    try {
      // Forgotten first: a statement that fails half way must not leave a wrong note.
      this.#standing.delete(client);
      if (before === undefined) await client.query('SET ROLE ocore_tenant');
      await client.query({ name: 'enter', text: "SELECT set_config('ocore.org_id', $1, false)", values: [org] });
      this.#standing.set(client, org);
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}
