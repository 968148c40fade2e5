import type { Instance } from '../../prisma/generated/client/client.ts';
import { StepError } from '../operations/kind.ts';
import { execInContainer, type RemoteHost } from '../remote/index.ts';
import { databaseName, databaseRole, namesOf } from './names.ts';
import { sql, sqlText } from './sql.ts';

/** The instance's own role, without superuser rights, and its database. Safe to repeat. */
export async function ensureRoleAndDatabase(
  host: RemoteHost,
  instance: Instance,
  password: string,
  signal: AbortSignal,
): Promise<void> {
  const name = databaseName(instance.slug);
  await sql(
    host,
    instance,
    'postgres',
    `
    DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${databaseRole}') THEN CREATE ROLE ${databaseRole} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE; END IF; END $$;
    DO $$ BEGIN EXECUTE format('ALTER ROLE ${databaseRole} PASSWORD %L', ${sqlText(password)}); END $$;`,
    signal,
  );
  const known = await sql(host, instance, 'postgres', `SELECT 1 FROM pg_database WHERE datname = '${name}';`, signal);
  if (known === '') await createDatabase(host, instance, name, signal);
  await sql(
    host,
    instance,
    name,
    'CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS unaccent;',
    signal,
  );
  await signInAsOdoo(host, instance, password, signal);
}

/** An empty database of the instance's role, as Odoo makes its own. */
export async function createDatabase(
  host: RemoteHost,
  instance: Instance,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await sql(
    host,
    instance,
    'postgres',
    `CREATE DATABASE "${name}" OWNER ${databaseRole} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';`,
    signal,
  );
}

/**
 * Signs in as Odoo will, through the network. A server whose making was cut short may start and let nobody in: the image
 * allows the network last.
 */
export async function signInAsOdoo(
  host: RemoteHost,
  instance: Instance,
  password: string,
  signal: AbortSignal,
): Promise<void> {
  const { database } = namesOf(instance.id);
  const { code, stderr } = await execInContainer(
    host.docker,
    database,
    ['psql', '-X', '-q', '-w', '-h', database, '-U', databaseRole, '-d', databaseName(instance.slug), '-c', 'SELECT 1'],
    { env: [`PGPASSWORD=${password}`], user: 'postgres', signal },
  );
  if (code !== 0)
    throw new StepError('database_error', `PostgreSQL does not let Odoo in: ${stderr.trim().slice(0, 500)}`);
}
