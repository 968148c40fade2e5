import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { FleetServer } from '../fleet/fleet.ts';

const run = promisify(execFile);

/** Runs a program in a container of a server; gives what it prints. */
export async function inContainer(server: FleetServer, container: string, argv: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', ['-H', `unix://${server.engine.socket}`, 'exec', container, ...argv]);
  return stdout.trim();
}

/** Asks the PostgreSQL of a container as its superuser. */
export const psql = (server: FleetServer, container: string, database: string, statements: string): Promise<string> =>
  inContainer(server, container, ['psql', '-X', '-q', '-t', '-A', '-U', 'postgres', '-d', database, '-c', statements]);
