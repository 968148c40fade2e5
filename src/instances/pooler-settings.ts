import { z } from 'zod';

/** Where PgBouncer listens in the network of its instance. */
export const poolerPort = 6432;

export const poolerShape = z.object({
  image: z.string(),
  /** How many connections to PostgreSQL there can be, for each of the two databases that Odoo uses. */
  poolSize: z.int(),
  /** How many connections of Odoo there can be; those beyond the pool wait. */
  maxClients: z.int(),
});
export type PoolerSettings = z.infer<typeof poolerShape>;

/** The PgBouncer of an instance; null where Odoo connects to PostgreSQL itself. */
export const poolerOf = ({ databasePooler }: { databasePooler: unknown }): PoolerSettings | null =>
  poolerShape.nullable().parse(databasePooler);
