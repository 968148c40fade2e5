import type { Instance } from '../../prisma/generated/client/client.ts';
import { StepError } from '../operations/kind.ts';
import { execInContainer, type RemoteHost } from '../remote/index.ts';
import type { SecretBox } from '../secrets/box.ts';
import { databaseRole, namesOf } from './names.ts';
import { openSecrets } from './sealed.ts';

/** A text as an SQL expression without a single character of the text in it: psql reads backslashes as its own commands. */
export function sqlText(value: string): string {
  return `convert_from(decode('${Buffer.from(value, 'utf8').toString('hex')}', 'hex'), 'UTF8')`;
}

const psql = ['psql', '-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1'] as const;

interface Run {
  /** In place of the instance's own database server. */
  container?: string;
  user: readonly string[];
  env: readonly string[];
  database: string;
  statements: string;
  signal: AbortSignal;
  timeoutMs: number | undefined;
}

async function run(
  host: RemoteHost,
  instance: Pick<Instance, 'id'>,
  { container = namesOf(instance.id).database, user, env, database, statements, signal, timeoutMs }: Run,
): Promise<string> {
  const result = await execInContainer(host.docker, container, [...psql, ...user, '-d', database], {
    input: statements,
    user: 'postgres',
    env,
    signal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  if (result.code !== 0)
    throw new StepError(
      'database_error',
      `PostgreSQL refused: ${result.stderr.split('\n').find((line) => line.includes('ERROR')) ?? 'no reason given'}`,
    );
  return result.stdout.trim();
}

/** Runs statements as PostgreSQL's superuser. */
export const sql = (
  host: RemoteHost,
  instance: Pick<Instance, 'id'>,
  database: string,
  statements: string,
  signal: AbortSignal,
  timeoutMs?: number,
): Promise<string> =>
  run(host, instance, { user: ['-U', 'postgres'], env: [], database, statements, signal, timeoutMs });

/** The same in another container of a database server of the instance, such as that of a replica. */
export const sqlIn = (
  host: RemoteHost,
  container: string,
  database: string,
  statements: string,
  signal: AbortSignal,
  timeoutMs?: number,
): Promise<string> =>
  run(
    host,
    { id: container },
    { container, user: ['-U', 'postgres'], env: [], database, statements, signal, timeoutMs },
  );

/**
 * Runs statements as Odoo's role, which signed in as itself: what lies in a database that somebody brought, such as a
 * trigger, gets no more rights than that role has.
 */
export async function sqlAsOdoo(
  { secrets, host, instance }: { secrets: SecretBox; host: RemoteHost; instance: Instance },
  database: string,
  statements: string,
  signal: AbortSignal,
  timeoutMs?: number,
): Promise<string> {
  const { odooPassword } = await openSecrets(secrets, instance);
  return run(host, instance, {
    user: ['-w', '-h', namesOf(instance.id).database, '-U', databaseRole],
    env: [`PGPASSWORD=${odooPassword}`],
    database,
    statements,
    signal,
    timeoutMs,
  });
}
