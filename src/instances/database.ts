import { pbkdf2, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { StepError } from '../operations/kind.ts';
import { execInContainer, type RemoteHost } from '../remote/index.ts';
import type { Bounds } from './container-limits.ts';
import { ensureDatabase, findContainer, limitsOf, startContainer, stopContainer } from './containers.ts';
import { wasInterrupted } from './interrupted.ts';
import { databaseName, databaseRole, limitsLabel, namesOf } from './names.ts';
import { removeContainer } from './removal.ts';

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

/** Runs the database server within these limits; a container with other ones is replaced, over the same volume. */
export async function ensureDatabaseWithin(
  host: RemoteHost,
  instance: Instance,
  { superuserPassword, bounds, operationId }: { superuserPassword: string; bounds: Bounds; operationId: string },
  signal: AbortSignal,
): Promise<void> {
  const known = await findContainer(host, namesOf(instance.id).database);
  if (known && known.Config?.Labels[limitsLabel] !== limitsOf(bounds)) {
    // Before anything is taken away: what the new one is made from must be there.
    await host.docker.inspectImage(instance.postgresImage);
    await stopContainer(host, known.Id, 60);
    await removeContainer(host, known.Id);
  }
  // It stays with the operation that made its volume: no later one's clean-up may take it away.
  await ensureDatabase(host, instance, superuserPassword, bounds, instance.provisionedBy ?? operationId);
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
  await login(host, instance, password, signal);
}

/**
 * Signs in as Odoo will, through the network. A server whose making was cut short may start and let nobody in: the image
 * allows the network last.
 */
async function login(host: RemoteHost, instance: Instance, password: string, signal: AbortSignal): Promise<void> {
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

/** Which of the modules are not installed. */
export async function missingModules(
  host: RemoteHost,
  instance: Instance,
  modules: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const missing = await sql(
    host,
    instance,
    databaseName(instance.slug),
    `SELECT wanted FROM unnest(string_to_array(${sqlText(modules.join(','))}, ',')) wanted
     WHERE NOT EXISTS (SELECT 1 FROM ir_module_module WHERE name = wanted AND state = 'installed');`,
    signal,
  );
  return missing.split('\n').filter((name) => name !== '');
}

/** passlib's `pbkdf2_sha512`, which Odoo checks passwords with. Rounds as Odoo 19 uses them. */
async function odooPasswordHash(password: string): Promise<string> {
  const rounds = 600_000;
  const salt = randomBytes(16);
  const digest = await promisify(pbkdf2)(password, salt, rounds, 64, 'sha512');
  const encode = (data: Buffer): string => data.toString('base64').replace(/=+$/, '').replaceAll('+', '.');
  return `$pbkdf2-sha512$${rounds}$${encode(salt)}$${encode(digest)}`;
}

/**
 * Sets the company's country and its currency, which the modules that are installed afterwards go by. Gives what was asked
 * for and this Odoo does not know.
 */
export async function setCountry(host: RemoteHost, instance: Instance, signal: AbortSignal): Promise<string[]> {
  const language = sqlText(instance.language);
  const country = instance.country === null ? 'NULL' : sqlText(instance.country);
  const unknown = await sql(
    host,
    instance,
    databaseName(instance.slug),
    `BEGIN;
    UPDATE res_partner SET country_id = country.id FROM res_country country
      WHERE country.code = ${country} AND res_partner.id = (SELECT partner_id FROM res_company WHERE id = 1);
    UPDATE res_company SET currency_id = country.currency_id FROM res_country country
      WHERE country.code = ${country} AND country.currency_id IS NOT NULL AND res_company.id = 1;
    UPDATE res_currency SET active = true WHERE id = (SELECT currency_id FROM res_company WHERE id = 1);
    SELECT 'the language ' || ${language} WHERE NOT EXISTS (SELECT FROM res_lang WHERE code = ${language} AND active);
    SELECT 'the country ' || ${country} WHERE ${country} IS NOT NULL AND NOT EXISTS (SELECT FROM res_country WHERE code = ${country});
    COMMIT;`,
    signal,
  );
  return unknown.split('\n').filter(Boolean);
}

/** Gives Odoo's first administrator its e-mail as login, its password and its language. */
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
    COMMIT;`,
    signal,
  );
}
