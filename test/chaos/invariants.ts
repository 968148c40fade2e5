import type Docker from 'dockerode';
import type pg from 'pg';
import { hostViolations } from './on-servers.ts';
import { rowViolations } from './rows.ts';

/** What is looked at: the database, and the engines that its servers stand for. */
export interface Scene {
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  engines: readonly { socket: string; docker: Docker }[];
}

/**
 * Everything that is wrong at a moment when nothing is broken and nobody works: rows, jobs, lanes, ports, audit entries,
 * and whatever is on the servers. Empty when all is well.
 */
export async function violations(scene: Scene): Promise<string[]> {
  return [...(await rowViolations(scene)), ...(await hostViolations(scene))];
}
