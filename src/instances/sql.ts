import type { Instance } from '../../prisma/generated/client/client.ts';
import { StepError } from '../operations/kind.ts';
import { execInContainer, type RemoteHost } from '../remote/index.ts';
import { namesOf } from './names.ts';

/** A text as an SQL expression without a single character of the text in it: psql reads backslashes as its own commands. */
export function sqlText(value: string): string {
  return `convert_from(decode('${Buffer.from(value, 'utf8').toString('hex')}', 'hex'), 'UTF8')`;
}

/** Runs statements in the database server of the instance, as its superuser. */
export const sql = (
  host: RemoteHost,
  instance: Pick<Instance, 'id'>,
  database: string,
  statements: string,
  signal: AbortSignal,
): Promise<string> => sqlIn(host, namesOf(instance.id).database, database, statements, signal);

/** The same in any container of a database server, such as that of a replica. */
export async function sqlIn(
  host: RemoteHost,
  container: string,
  database: string,
  statements: string,
  signal: AbortSignal,
): Promise<string> {
  const result = await execInContainer(
    host.docker,
    container,
    ['psql', '-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', database],
    { input: statements, user: 'postgres', signal },
  );
  if (result.code !== 0)
    throw new StepError(
      'database_error',
      `PostgreSQL refused: ${result.stderr.split('\n').find((line) => line.includes('ERROR')) ?? 'no reason given'}`,
    );
  return result.stdout.trim();
}
