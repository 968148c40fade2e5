import { Prisma } from '../database/database.ts';
import type { PoolerSettings } from '../instances/index.ts';

/** What PostgreSQL keeps for its superuser and oCore needs beside the pools: its own looks, dumps, read-only users. */
const beside = 13;
/** Odoo uses two databases: its own, and `postgres`, where it notifies. */
const pools = 2;

/** How large each pool can be with so many connections of PostgreSQL, and the other way round. */
export const largestPool = (connections: number): number => Math.floor((connections - beside) / pools);
export const connectionsFor = ({ poolSize }: PoolerSettings): number => pools * poolSize + beside;

/** The column of a PgBouncer, or of none. */
export const poolerColumn = (pooler: PoolerSettings | null) => ({ databasePooler: pooler ?? Prisma.DbNull });

/** What events tell of it. */
export const poolerSize = (pooler: PoolerSettings | null) => ({
  poolSize: pooler?.poolSize ?? null,
  maxClients: pooler?.maxClients ?? null,
});
