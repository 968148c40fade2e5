import { databaseName, ensureDatabaseRuns, namesOf, type Site, sql } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { freeBytes } from '../remote/index.ts';

const gib = 1024 ** 3;
const inGib = (bytes: number): string => `${(bytes / gib).toFixed(1)} GiB`;

/** The dump and the new database are there besides the one that serves, and changes of the new one while it is loaded. */
export const spaceFor = (databaseBytes: number): number => Math.ceil(2.2 * databaseBytes) + gib;

/** Throws unless the disk has room for it; says how much that is. */
export async function requireSpace({ signal }: Pick<StepContext<unknown>, 'signal'>, site: Site): Promise<string> {
  const { host, instance } = site;
  await ensureDatabaseRuns(host, instance, signal);
  const database = databaseName(instance.slug);
  const size = await sql(host, instance, database, 'SELECT pg_database_size(current_database());', signal);
  const needed = spaceFor(Number(size || '0'));
  const free = await freeBytes(host.docker, namesOf(instance.id).database, '/var/lib/postgresql/data', signal);
  if (needed > free)
    throw new StepError(
      'disk_space',
      `The server has ${inGib(free)} free where Docker keeps its volumes; the dump and the new database need ${inGib(needed)}`,
      'Free space on the server, then try again.',
    );
  return `${inGib(Number(size || '0'))} to move, ${inGib(free)} free`;
}
