import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { z } from 'zod';
import { Prisma, PrismaClient } from '../../prisma/generated/client/client.ts';
import { inOrg, TenantPool } from './tenant-pool.ts';

function clientOf(prisma: PrismaClient, orgId: string) {
  return prisma.$extends({
    query: {
      $allOperations: ({ operation, args, query }) => {
        // Prisma answers findUnique calls of one moment with one statement, whoever made them.
        if (operation.startsWith('findUnique')) throw new Error(`${operation} would mix organizations; use findFirst`);
        // Awaited inside: Prisma begins only when somebody waits.
        return inOrg(orgId, async () => await query(args));
      },
    },
  });
}

/** What a statement of our own failed on: Prisma gives all of these one code. */
const rawCause = z.object({ driverAdapterError: z.object({ cause: z.object({ originalCode: z.string() }) }) });

/** Two transactions waited for each other, and this one was chosen to end. */
function isDeadlock(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return (
    error.code === 'P2034' || rawCause.safeParse(error.meta).data?.driverAdapterError.cause.originalCode === '40P01'
  );
}

/** Prisma as one organization sees it. */
export type TenantClient = ReturnType<typeof clientOf>;

/** The database as a tenant may see it. Everything is asked for in the name of one organization. */
export class TenantDatabase {
  readonly #pool: TenantPool;
  readonly #prisma: PrismaClient;
  readonly #clients = new Map<string, TenantClient>();

  constructor(config: pg.PoolConfig, onError: (error: Error) => void) {
    this.#pool = new TenantPool(config);
    this.#pool.on('error', onError);
    this.#prisma = new PrismaClient({
      adapter: new PrismaPg(this.#pool),
      transactionOptions: { maxWait: 5000, timeout: 15000 },
    });
  }

  of(orgId: string): TenantClient {
    const known = this.#clients.get(orgId);
    if (known) return known;
    if (this.#clients.size >= 1000) this.#clients.clear();
    const client = clientOf(this.#prisma, orgId);
    this.#clients.set(orgId, client);
    return client;
  }

  /** Does the work anew when PostgreSQL ended the transaction for the good of another one. */
  async transaction<T>(orgId: string, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    for (let left = 3; ; left -= 1) {
      try {
        return await inOrg(orgId, () => this.#prisma.$transaction(work));
      } catch (error) {
        if (left === 0 || !isDeadlock(error)) throw error;
      }
    }
  }

  /** A statement without Prisma's query compiler in between, for the hot lists. */
  query<Row extends pg.QueryResultRow>(orgId: string, statement: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    return inOrg(orgId, () => this.#pool.query<Row>(statement));
  }

  async close(): Promise<void> {
    await this.#prisma.$disconnect();
    if (!this.#pool.ended) await this.#pool.end();
  }
}
