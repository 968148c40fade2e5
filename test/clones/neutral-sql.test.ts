import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type EmbeddedDatabase, startEmbedded } from '../../prisma/embedded.ts';
import { columnsSql, makeSql, rulesFor, wrongSql } from '../../src/clones/neutral-sql.ts';

/*
 * The rules on a real PostgreSQL with the tables as Odoo 19 has them, and some of other releases and of the community: what
 * a real Odoo without those modules cannot show.
 */

let dir: string;
let database: EmbeddedDatabase;
let client: pg.Client;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ocore-neutral-'));
  database = await startEmbedded(dir);
});
afterAll(async () => {
  await database?.stop();
  await rm(dir, { recursive: true, force: true });
});

const tables = `
  DROP SCHEMA public CASCADE; CREATE SCHEMA public;
  CREATE TABLE ir_model_data (id serial PRIMARY KEY, module text, model text, name text, res_id int);
  CREATE TABLE ir_config_parameter (id serial PRIMARY KEY, key text UNIQUE, value text);
  CREATE TABLE ir_mail_server (id serial PRIMARY KEY, name text NOT NULL, smtp_host text, smtp_port int, smtp_encryption text NOT NULL,
    smtp_authentication text NOT NULL, smtp_user text, smtp_pass text, sequence int, active boolean);
  CREATE TABLE mail_template (id serial PRIMARY KEY, mail_server_id int REFERENCES ir_mail_server);
  CREATE TABLE mail_mail (id serial PRIMARY KEY, state text);
  CREATE TABLE fetchmail_server (id serial PRIMARY KEY, active boolean, password text);
  CREATE TABLE ir_cron (id serial PRIMARY KEY, cron_name text, active boolean);
  CREATE TABLE ir_cron_trigger (id serial PRIMARY KEY, cron_id int);
  CREATE TABLE ir_cron_progress (id serial PRIMARY KEY, cron_id int, remaining int);
  CREATE TABLE payment_provider (id serial PRIMARY KEY, state text);
  CREATE TABLE ir_act_server (id serial PRIMARY KEY, state text, webhook_url text);
  CREATE TABLE base_automation (id serial PRIMARY KEY, webhook_uuid text);
  CREATE TABLE auth_oauth_provider (id serial PRIMARY KEY, enabled boolean);
  CREATE TABLE res_users (id serial PRIMARY KEY, login text, oauth_access_token text);
  CREATE TABLE res_users_apikeys (id serial PRIMARY KEY, key text);
  CREATE TABLE queue_job (id serial PRIMARY KEY, state text);
  CREATE TABLE iap_account (id serial PRIMARY KEY, account_token text);
  CREATE TABLE delivery_carrier (id serial PRIMARY KEY, delivery_type text, prod_environment boolean, active boolean);
  INSERT INTO ir_model_data (module, model, name, res_id) VALUES ('base', 'ir.cron', 'autovacuum_job', 1), ('acme', 'ir.cron', 'autovacuum_job', 2);
  INSERT INTO ir_config_parameter (key, value) VALUES ('database.uuid', 'original'), ('database.secret', 'original'), ('web.base.url', 'https://erp.example.com'), ('web.base.url.freeze', 'True'), ('kept', 'value');
  INSERT INTO ir_mail_server (name, smtp_host, smtp_port, smtp_encryption, smtp_authentication, smtp_user, smtp_pass, sequence, active)
    VALUES ('By hand', 'smtp.example.com', 587, 'starttls', 'login', 'erp', 'secret', 0, true), ('Old', 'old.example.com', 25, 'none', 'login', NULL, NULL, 5, NULL);
  INSERT INTO mail_template (mail_server_id) VALUES (1);
  INSERT INTO mail_mail (state) VALUES ('outgoing'), ('sent');
  INSERT INTO fetchmail_server (active, password) VALUES (true, 'secret');
  INSERT INTO ir_cron (cron_name, active) VALUES ('Vacuum', true), ('Somebody else’s vacuum', true), ('Mail', true), ('Off', false);
  INSERT INTO ir_cron_trigger (cron_id) VALUES (3);
  INSERT INTO ir_cron_progress (cron_id, remaining) VALUES (3, 40);
  INSERT INTO payment_provider (state) VALUES ('enabled'), ('test'), ('disabled'), (NULL);
  INSERT INTO ir_act_server (state, webhook_url) VALUES ('webhook', 'https://hooks.example.com/a'), ('code', 'https://hooks.example.com/b'), ('code', NULL);
  INSERT INTO base_automation (webhook_uuid) VALUES ('known-to-others'), (NULL);
  INSERT INTO auth_oauth_provider (enabled) VALUES (true);
  INSERT INTO res_users (login, oauth_access_token) VALUES ('ada', 'token');
  INSERT INTO res_users_apikeys (key) VALUES ('hash');
  INSERT INTO queue_job (state) VALUES ('pending'), ('enqueued'), ('started'), ('wait_dependencies'), ('done'), ('failed');
  INSERT INTO iap_account (account_token) VALUES ('0123456789abcdef0123456789abcdef');
  INSERT INTO delivery_carrier (delivery_type, prod_environment, active) VALUES ('fixed', false, true), ('ups', true, true);`;

beforeEach(async () => {
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(tables);
  return () => client.end();
});

const read = async (statement: string): Promise<string> => {
  const results = await client.query({ text: statement, rowMode: 'array' });
  const last = Array.isArray(results) ? results.at(-1) : results;
  return last.rows.map((row: unknown[]) => row.join('|')).join('\n');
};
const rows = async (statement: string): Promise<unknown[]> => (await client.query(statement)).rows;
const rules = async () => rulesFor(await read(columnsSql));

it('finds everything that is not neutral, with its count', async () => {
  expect((await read(wrongSql(await rules(), 'catcher'))).split('\n').sort()).toMatchSnapshot();
});

it('neutralises all of it, so that nothing is found any more, and again without a difference', async () => {
  const known = await rules();
  await client.query(makeSql(known, 'catcher'));
  expect(await read(wrongSql(known, 'catcher'))).toBe('');
  // The same rows are looked at with another eye.
  expect(await rows('SELECT name, smtp_host, smtp_port, smtp_user FROM ir_mail_server WHERE active')).toEqual([
    { name: expect.stringContaining('oCore'), smtp_host: 'catcher', smtp_port: 1025, smtp_user: null },
  ]);
  expect(await rows('SELECT cron_name FROM ir_cron WHERE active')).toEqual([{ cron_name: 'Vacuum' }]);
  expect(await rows('SELECT state FROM payment_provider ORDER BY id')).toEqual(
    ['disabled', 'test', 'disabled', 'disabled'].map((state) => ({ state })),
  );
  expect(
    await rows("SELECT key FROM ir_config_parameter WHERE value IN ('original', 'https://erp.example.com')"),
  ).toEqual([]);
  expect(await rows("SELECT value FROM ir_config_parameter WHERE key = 'kept'")).toEqual([{ value: 'value' }]);
  expect(await rows('SELECT state FROM queue_job ORDER BY id')).toEqual(
    ['cancelled', 'cancelled', 'cancelled', 'cancelled', 'done', 'failed'].map((state) => ({ state })),
  );
  const [before] = await rows("SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'");
  await client.query(makeSql(known, 'invalid'));
  expect(await read(wrongSql(known, 'invalid'))).toBe('');
  expect(await rows("SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'")).not.toEqual([before]);
});

it('tells what comes back: a trigger that switches the mail server on again, a second server, another host', async () => {
  const known = await rules();
  await client.query(makeSql(known, 'catcher'));
  await client.query("UPDATE ir_mail_server SET active = true WHERE name = 'By hand'");
  expect(await read(wrongSql(known, 'catcher'))).toContain('ir_mail_server|1');
  await client.query(makeSql(known, 'catcher'));
  expect(await read(wrongSql(known, 'elsewhere'))).toContain('ours is not active');
  await client.query("DELETE FROM ir_config_parameter WHERE key = 'database.is_neutralized'");
  expect(await read(wrongSql(known, 'catcher'))).toContain('database.is_neutralized|1');
});

it('goes by what a database has: an older release without webhooks, API keys and providers', async () => {
  await client.query(`DROP TABLE payment_provider, base_automation, res_users_apikeys, ir_cron_progress;
    ALTER TABLE ir_act_server DROP COLUMN webhook_url; CREATE TABLE payment_acquirer (id serial, state text); INSERT INTO payment_acquirer (state) VALUES ('enabled')`);
  const known = await rules();
  await client.query(makeSql(known, 'invalid'));
  expect(await read(wrongSql(known, 'invalid'))).toBe('');
  expect(await rows('SELECT state FROM payment_acquirer')).toEqual([{ state: 'disabled' }]);
});
