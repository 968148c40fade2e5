import { AsyncLocalStorage } from 'node:async_hooks';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type Prisma, PrismaClient } from '../prisma/generated/client/client.ts';

type ConnectCallback = (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: boolean | Error) => void) => void;

const orgs = new AsyncLocalStorage<string>();

/**
 * Connections that belong to the role `ocore_tenant` and stand in one organization at a time: row-level security then
 * lets no statement out of it. A connection remembers where it stands, so a run of requests of one organization costs nothing more.
 */
class TenantPool extends pg.Pool {
  readonly #standing = new WeakMap<pg.PoolClient, string>();

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    const org = orgs.getStore();
    const ready = org === undefined ? Promise.reject(new Error('A tenant statement needs its organization')) : super.connect().then((client) => this.#enter(client, org));
    if (!callback) return ready;
    ready.then((client) => callback(undefined, client, (release) => client.release(release)), (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), undefined, () => {}));
    return undefined;
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

function clientOf(prisma: PrismaClient, orgId: string) {
  return prisma.$extends({
    query: {
      $allOperations: ({ operation, args, query }) => {
        // Prisma answers findUnique calls of one moment with one statement, whoever made them.
        if (operation.startsWith('findUnique')) throw new Error(`${operation} would mix organizations; use findFirst`);
        // Awaited inside: Prisma begins only when somebody waits.
        return orgs.run(orgId, async () => await query(args));
      },
    },
  });
}

/** Prisma as one organization sees it. */
export type TenantClient = ReturnType<typeof clientOf>;

/** The database as a tenant may see it. Everything is asked for in the name of one organization. */
export class TenantDatabase {
  readonly #pool: TenantPool;
  readonly #prisma: PrismaClient;
  readonly #clients = new Map<string, TenantClient>();

  constructor(url: string, max: number, onError: (error: Error) => void) {
    this.#pool = new TenantPool({ connectionString: url, max, connectionTimeoutMillis: 5000, keepAlive: true });
    this.#pool.on('error', onError);
    this.#prisma = new PrismaClient({ adapter: new PrismaPg(this.#pool), transactionOptions: { maxWait: 5000, timeout: 15000 } });
  }

  of(orgId: string): TenantClient {
    const known = this.#clients.get(orgId);
    if (known) return known;
    if (this.#clients.size >= 1000) this.#clients.clear();
    const client = clientOf(this.#prisma, orgId);
    this.#clients.set(orgId, client);
    return client;
  }

  transaction<T>(orgId: string, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return orgs.run(orgId, () => this.#prisma.$transaction(work));
  }

  /** A statement without Prisma's query compiler in between, for the hot lists. */
  query<Row extends pg.QueryResultRow>(orgId: string, statement: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    return orgs.run(orgId, () => this.#pool.query<Row>(statement));
  }

  async close(): Promise<void> {
    await this.#prisma.$disconnect();
    if (!this.#pool.ended) await this.#pool.end();
  }
}
