import type { App } from '../app.ts';
import { lockSeeds } from '../database/lock-numbers.ts';
import type { Tx } from '../database/database.ts';
import { StepError } from '../operations/kind.ts';

/**
 * What an instance has ports for: Odoo, its WebSockets where it has workers, a version that is tried beside the one that
 * serves, and replicas on other servers.
 */
export type PortPurpose = 'http' | 'longpolling' | 'trial' | `replica_${number}`;

/** The columns of an instance that is on no server any more. */
export const noPorts = { httpPort: null, longpollingPort: null };

/** The port that the instance has for `purpose`, or the lowest free one of the server: the primary key decides races. */
export async function allocatePort(
  app: App,
  tx: Tx,
  serverId: string,
  instanceId: string,
  purpose: PortPurpose,
  above = 0,
): Promise<number> {
  const { from, to } = app.config.PORT_RANGE;
  const rows = await tx.$queryRaw<{ port: number }[]>`
    SELECT port FROM port_allocations WHERE server_id = ${serverId}::uuid AND instance_id = ${instanceId}::uuid AND purpose = ${purpose} AND port > ${above}`;
  if (rows[0]) return rows[0].port;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${serverId}, ${lockSeeds.ports}))`;
  const free = await tx.$queryRaw<{ port: number }[]>`
    INSERT INTO port_allocations (server_id, port, instance_id, purpose)
    SELECT ${serverId}::uuid, candidate, ${instanceId}::uuid, ${purpose} FROM generate_series(greatest(${from}::int, ${above}::int + 1), ${to}::int) candidate
    WHERE NOT EXISTS (SELECT 1 FROM port_allocations p WHERE p.server_id = ${serverId}::uuid AND p.port = candidate)
    ORDER BY candidate LIMIT 1
    ON CONFLICT (instance_id, purpose) DO UPDATE SET port = EXCLUDED.port
    RETURNING port`;
  const port = free[0]?.port;
  if (port === undefined)
    throw new StepError(
      'no_free_port',
      `All ports in ${from}-${to} are in use on this server`,
      'Delete instances, or widen PORT_RANGE.',
    );
  return port;
}
