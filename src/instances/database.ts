import { pbkdf2, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { StepError } from '../operations/kind.ts';
import { execInContainer, type RemoteHost } from '../remote/index.ts';
import { findContainer, startContainer } from './containers.ts';
import { wasInterrupted } from './interrupted.ts';
import { databaseName, databaseRole, namesOf } from './names.ts';

/** A text as an SQL expression without a single character of the text in it: psql reads backslashes as its own commands. */
export function sqlText(value: string): string {
  return `convert_from(decode('${Buffer.from(value, 'utf8').toString('hex')}', 'hex'), 'UTF8')`;
}

export async function sql(
  host: RemoteHost,
  instance: Instance,
  database: string,
  statements: string,
  signal: AbortSignal,
): Promise<string> {
  const result = await execInContainer(
    host.docker,
    namesOf(instance.id).database,
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

/** The engine starts a container that ends again and again, ever more slowly; these take it three seconds. */
const maxRestarts = 5;

/** Waits for the server proper: the one of initdb listens on no TCP port. */
export async function waitForPostgres(host: RemoteHost, instance: Instance, signal: AbortSignal): Promise<void> {
  const { database } = namesOf(instance.id);
  const deadline = Date.now() + 120_000;
  /** How often it was started again after the engine went down under it. */
  let again = 0;
  while (Date.now() < deadline) {
    const ready = await execInContainer(
      host.docker,
      database,
      ['pg_isready', '-q', '-h', '127.0.0.1', '-U', 'postgres'],
      { signal },
    ).then(
      (result) => result.code === 0,
      () => false,
    );
    if (ready) return;
    const info = await findContainer(host, database);
    // It never ends well by itself: an engine that goes down asks it to.
    if (info && (wasInterrupted(info) || (!info.State.Running && info.State.ExitCode === 0)) && again < 3) {
      again += 1;
      await startContainer(host, info.Id);
    } else if (
      info &&
      ((!info.State.Running && !info.State.Restarting) || (info.State.Restarting && info.RestartCount >= maxRestarts))
    )
      throw new StepError(
        'database_error',
        'The PostgreSQL container stopped immediately after its start',
        'Read the PostgreSQL log of the instance.',
      );
    await sleep(100, undefined, { signal });
  }
  throw new StepError(
    'database_error',
    'PostgreSQL did not start within two minutes',
    'Read the PostgreSQL log of the instance.',
  );
}

/** Starts the database server if the engine has not, as after a kill of the engine itself, and waits for it. */
export async function ensureDatabaseRuns(host: RemoteHost, instance: Instance, signal: AbortSignal): Promise<void> {
  await startContainer(host, namesOf(instance.id).database);
  await waitForPostgres(host, instance, signal);
}

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
  if (known === '') {
    await sql(
      host,
      instance,
      'postgres',
      `CREATE DATABASE "${name}" OWNER ${databaseRole} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';`,
      signal,
    );
  }
  await sql(
    host,
    instance,
    name,
    'CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS unaccent;',
    signal,
  );
}

/** passlib's `pbkdf2_sha512`, which Odoo checks passwords with. Rounds as Odoo 19 uses them. */
async function odooPasswordHash(password: string): Promise<string> {
  const rounds = 600_000;
  const salt = randomBytes(16);
  const digest = await promisify(pbkdf2)(password, salt, rounds, 64, 'sha512');
  const encode = (data: Buffer): string => data.toString('base64').replace(/=+$/, '').replaceAll('+', '.');
  return `$pbkdf2-sha512$${rounds}$${encode(salt)}$${encode(digest)}`;
}

/** Gives Odoo's first administrator its e-mail as login and its password, and sets language and country. */
export async function setAdministrator(
  host: RemoteHost,
  instance: Instance,
  password: string,
  signal: AbortSignal,
): Promise<void> {
  const login = sqlText(instance.adminEmail);
  await sql(
    host,
    instance,
    databaseName(instance.slug),
    `BEGIN;
    UPDATE res_users SET login = ${login}, password = ${sqlText(await odooPasswordHash(password))} WHERE id = 2;
    UPDATE res_partner SET email = ${login} WHERE id = (SELECT partner_id FROM res_users WHERE id = 2);
    UPDATE res_partner SET lang = ${sqlText(instance.language)} WHERE id IN (SELECT partner_id FROM res_users WHERE id = 2);
    ${
      instance.country
        ? `
    UPDATE res_partner SET country_id = (SELECT id FROM res_country WHERE code = ${sqlText(instance.country)}) WHERE id = (SELECT partner_id FROM res_company WHERE id = 1);
    UPDATE res_company SET currency_id = coalesce((SELECT currency_id FROM res_country WHERE code = ${sqlText(instance.country)}), currency_id) WHERE id = 1;
    UPDATE res_currency SET active = true WHERE id = (SELECT currency_id FROM res_company WHERE id = 1);`
        : ''
    }
    COMMIT;`,
    signal,
  );
}
