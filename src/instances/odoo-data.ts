import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { StepError } from '../operations/kind.ts';
import type { RemoteHost } from '../remote/index.ts';
import { databaseName } from './names.ts';
import { sql, sqlText } from './sql.ts';

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

/** Gives Odoo's first administrator a password; answers its login, which may have been changed in Odoo. */
export async function setPassword(
  host: RemoteHost,
  instance: Instance,
  password: string,
  signal: AbortSignal,
): Promise<string> {
  const given = await sql(
    host,
    instance,
    databaseName(instance.slug),
    `BEGIN;
    UPDATE res_users SET password = ${sqlText(await odooPasswordHash(password))} WHERE id = 2;
    SELECT 'login', login FROM res_users WHERE id = 2 UNION ALL SELECT 'missing', '' WHERE NOT EXISTS (SELECT FROM res_users WHERE id = 2);
    COMMIT;`,
    signal,
  );
  if (given.startsWith('missing'))
    throw new StepError(
      'administrator_missing',
      'Odoo’s first administrator no longer exists in its database',
      'Sign in to Odoo as another administrator, or restore the user there.',
    );
  return given.replace(/^login\|/, '') || instance.adminEmail;
}
