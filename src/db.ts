import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Prisma, PrismaClient } from '../prisma/generated/client/client.ts';

export { Prisma };
export type { PrismaClient };
export type Tx = Prisma.TransactionClient;

export interface Database {
  prisma: PrismaClient;
  /** The same pool that Prisma uses, for the few hot statements that skip its query compiler. */
  pool: pg.Pool;
  close(): Promise<void>;
}

export function openDatabase(url: string, maxConnections: number, onError: (error: Error) => void): Database {
  const pool = new pg.Pool({ connectionString: url, max: maxConnections, connectionTimeoutMillis: 5000, keepAlive: true });
  // An idle connection that dies (the server restarted) must not end the process.
  pool.on('error', onError);
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: 5000, timeout: 15000 },
  });
  return {
    prisma,
    pool,
    close: async () => {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}

/** The index or constraint of a unique violation, or undefined. With a driver adapter `meta.target` is not filled. */
export function uniqueViolation(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2002') return undefined;
  const text = JSON.stringify(error.meta ?? {});
  return text;
}

/** Errors that mean "the database is away", not "the request is wrong". */
export function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03'].includes(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|server closed the connection|the database system is (starting up|shutting down)|Can't reach database|DatabaseNotReachable|ConnectionClosed/i.test(error.message);
}
