import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Prisma, PrismaClient } from '../../prisma/generated/client/client.ts';
import { connecting } from './connecting.ts';
import { surviveErrors } from './survive-errors.ts';
import { TenantDatabase } from './tenants.ts';

export { Prisma };
export type { PrismaClient };
export type { TenantClient } from './tenants.ts';
export type Tx = Prisma.TransactionClient;

export interface Database {
  /** Sees every organization: for sign-in, jobs and the administrator. What a user asks for goes through `tenants`. */
  prisma: PrismaClient;
  /** The same pool that Prisma uses, for the few hot statements that skip its query compiler. */
  pool: pg.Pool;
  tenants: TenantDatabase;
  close(): Promise<void>;
}

/**
 * `idleSeconds`: a process that stops in the middle of a transaction would hold its locks for as long as it sleeps; PostgreSQL
 * ends such a transaction after that time. `auditKey`: what every session marks audit entries with.
 */
export function openDatabase(
  url: string,
  maxConnections: number,
  onError: (error: Error) => void,
  idleSeconds = 60,
  auditKey = '',
): Database {
  // Half of the connections work for tenants, behind row-level security; the other half for everything else.
  const max = Math.ceil(maxConnections / 2);
  const config = {
    connectionString: url,
    max,
    ...connecting,
    idle_in_transaction_session_timeout: idleSeconds * 1000,
    onConnect: async (client: pg.ClientBase): Promise<void> => {
      await client.query("SELECT set_config('ocore.audit_key', $1, false)", [auditKey]);
    },
  };
  const pool = new pg.Pool(config);
  // An idle connection that dies (the server restarted) must not end the process.
  pool.on('error', onError);
  surviveErrors(pool);
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: 5000, timeout: 15000 },
  });
  const tenants = new TenantDatabase(config, onError);
  return {
    prisma,
    pool,
    tenants,
    close: async () => {
      await tenants.close();
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

/** Whether a row that was named went away meanwhile, or one that goes away was named. */
export function isReferenceViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003';
}

/** The kind of the row that was to be changed and is no more, in words: `API key`; undefined for any other error. */
export function vanishedRow(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2025') return undefined;
  const model = String(error.meta?.['modelName'] ?? 'Row');
  return model
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/^(Api|Ssh)/, (word) => word.toUpperCase())
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** Errors that mean "the database is away", not "the request is wrong". */
export function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (
    [
      'P1001',
      'P1002',
      'P1008',
      'P1017',
      'P2024',
      'P2028',
      'ECONNREFUSED',
      'ECONNRESET',
      'EPIPE',
      '57P01',
      '57P02',
      '57P03',
      '25P03',
    ].includes(code)
  )
    return true;
  return /\b57P0[123]\b|\b25P03\b|idle-in-transaction timeout|is not queryable|Connection terminated|timeout exceeded when trying to connect|server closed the connection|the database system is (starting up|shutting down)|Can't reach database|DatabaseNotReachable|ConnectionClosed/i.test(
    error.message,
  );
}
