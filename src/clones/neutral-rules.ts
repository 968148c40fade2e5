/** What must hold in a copy before anything of Odoo runs on it, and what makes it so. All of it is constant SQL. */
export interface NeutralRule {
  name: string;
  table: string;
  /** The rule counts where the table has all of these: releases of Odoo differ. */
  columns: readonly string[];
  /** Safe to repeat. */
  make: string;
  /** A condition of rows that must not be there afterwards; none where there is nothing to check by. */
  wrong?: string;
}

/** The mail server of a copy; `ocore_mail_host` is a setting of the session. */
export const mailServerName = 'oCore: the mail of this copy goes nowhere';
const ourServer = `name = '${mailServerName}' AND smtp_host = current_setting('ocore.mail_host')`;
const autovacuum = `id IN (SELECT res_id FROM ir_model_data WHERE module = 'base' AND model = 'ir.cron' AND name = 'autovacuum_job')`;

const setNull = (table: string, column: string): NeutralRule => ({
  name: `${table}.${column}`,
  table,
  columns: [column],
  make: `UPDATE ${table} SET ${column} = NULL WHERE ${column} IS NOT NULL`,
  wrong: `${column} IS NOT NULL`,
});

const emptied = (table: string): NeutralRule => ({
  name: table,
  table,
  columns: ['id'],
  make: `DELETE FROM ${table}`,
  wrong: 'true',
});

const parameter = (key: string, value: string, right: string): NeutralRule => ({
  name: key,
  table: 'ir_config_parameter',
  columns: ['key', 'value'],
  make: `INSERT INTO ir_config_parameter (key, value) VALUES ('${key}', ${value}) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value`,
  wrong: `key = '${key}' AND NOT coalesce(${right}, false)`,
});

const anyUuid = `'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'`;

/** In this order: what names a mail server is freed before the servers are switched off. */
export const neutralRules: readonly NeutralRule[] = [
  setNull('mail_template', 'mail_server_id'),
  setNull('res_users', 'outgoing_mail_server_id'),
  setNull('ir_mail_server', 'smtp_user'),
  setNull('ir_mail_server', 'smtp_pass'),
  setNull('ir_mail_server', 'google_gmail_refresh_token'),
  setNull('ir_mail_server', 'google_gmail_access_token'),
  setNull('ir_mail_server', 'microsoft_outlook_refresh_token'),
  setNull('ir_mail_server', 'microsoft_outlook_access_token'),
  {
    name: 'ir_mail_server',
    table: 'ir_mail_server',
    columns: ['name', 'smtp_host', 'smtp_port', 'smtp_encryption', 'smtp_authentication', 'sequence', 'active'],
    make: `UPDATE ir_mail_server SET active = false;
      DELETE FROM ir_mail_server WHERE name = '${mailServerName}';
      INSERT INTO ir_mail_server (name, smtp_host, smtp_port, smtp_encryption, smtp_authentication, sequence, active)
        VALUES ('${mailServerName}', current_setting('ocore.mail_host'), 1025, 'none', 'login', 1, true)`,
    wrong: `active IS DISTINCT FROM false AND NOT (${ourServer})`,
  },
  {
    name: 'mail_mail',
    table: 'mail_mail',
    columns: ['state'],
    make: `UPDATE mail_mail SET state = 'cancel' WHERE state = 'outgoing'`,
    wrong: `state = 'outgoing'`,
  },
  {
    name: 'sms_sms',
    table: 'sms_sms',
    columns: ['state'],
    make: `UPDATE sms_sms SET state = 'canceled' WHERE state IN ('outgoing', 'process')`,
    wrong: `state IN ('outgoing', 'process')`,
  },
  {
    name: 'fetchmail_server',
    table: 'fetchmail_server',
    columns: ['active'],
    make: 'UPDATE fetchmail_server SET active = false',
    wrong: 'active IS DISTINCT FROM false',
  },
  setNull('fetchmail_server', 'password'),
  setNull('fetchmail_server', 'google_gmail_refresh_token'),
  setNull('fetchmail_server', 'microsoft_outlook_refresh_token'),
  {
    name: 'ir_cron',
    table: 'ir_cron',
    columns: ['active'],
    make: `UPDATE ir_cron SET active = (${autovacuum}) WHERE active IS DISTINCT FROM (${autovacuum})`,
    wrong: `active IS DISTINCT FROM false AND NOT (${autovacuum})`,
  },
  // What was to run at once, or was in the middle of its work when the copy was made.
  emptied('ir_cron_trigger'),
  emptied('ir_cron_progress'),
  {
    name: 'queue_job',
    table: 'queue_job',
    columns: ['state'],
    make: `UPDATE queue_job SET state = 'cancelled' WHERE state NOT IN ('done', 'failed', 'cancelled')`,
    wrong: `state NOT IN ('done', 'failed', 'cancelled')`,
  },
  ...['payment_provider', 'payment_acquirer'].map(
    (table): NeutralRule => ({
      name: table,
      table,
      columns: ['state'],
      make: `UPDATE ${table} SET state = 'disabled' WHERE state IS DISTINCT FROM 'test'`,
      wrong: `state NOT IN ('disabled', 'test')`,
    }),
  ),
  {
    name: 'ir_act_server.webhook_url',
    table: 'ir_act_server',
    columns: ['webhook_url'],
    make: `UPDATE ir_act_server SET webhook_url = 'neutralization - disable webhook' WHERE webhook_url IS NOT NULL`,
    wrong: `webhook_url <> 'neutralization - disable webhook'`,
  },
  // Who knows the address of an incoming webhook of the original does not have that of the copy.
  {
    name: 'base_automation.webhook_uuid',
    table: 'base_automation',
    columns: ['webhook_uuid'],
    make: 'UPDATE base_automation SET webhook_uuid = gen_random_uuid()::text WHERE webhook_uuid IS NOT NULL',
  },
  {
    name: 'auth_oauth_provider',
    table: 'auth_oauth_provider',
    columns: ['enabled'],
    make: 'UPDATE auth_oauth_provider SET enabled = false',
    wrong: 'enabled IS DISTINCT FROM false',
  },
  {
    name: 'auth_saml_provider',
    table: 'auth_saml_provider',
    columns: ['active'],
    make: 'UPDATE auth_saml_provider SET active = false',
    wrong: 'active IS DISTINCT FROM false',
  },
  ...[
    'oauth_access_token',
    'google_calendar_rtoken',
    'google_calendar_token',
    'microsoft_calendar_rtoken',
    'microsoft_calendar_token',
  ].map((column) => setNull('res_users', column)),
  emptied('res_users_apikeys'),
  emptied('auth_totp_device'),
  emptied('res_device_log'),
  emptied('mail_push_device'),
  {
    name: 'iap_account',
    table: 'iap_account',
    columns: ['account_token'],
    make: `UPDATE iap_account SET account_token = 'copy-' || id || '+disabled' WHERE account_token NOT LIKE '%+disabled'`,
    wrong: `account_token NOT LIKE '%+disabled'`,
  },
  {
    name: 'delivery_carrier.prod_environment',
    table: 'delivery_carrier',
    columns: ['prod_environment'],
    make: 'UPDATE delivery_carrier SET prod_environment = false',
    wrong: 'prod_environment',
  },
  {
    name: 'delivery_carrier',
    table: 'delivery_carrier',
    columns: ['active', 'delivery_type'],
    make: `UPDATE delivery_carrier SET active = false WHERE delivery_type NOT IN ('fixed', 'base_on_rule')`,
    wrong: `active AND delivery_type NOT IN ('fixed', 'base_on_rule')`,
  },
  setNull('website', 'domain'),
  parameter('database.is_neutralized', `'true'`, `value ILIKE 'true'`),
  parameter('database.uuid', 'gen_random_uuid()::text', `value ~ ${anyUuid}`),
  parameter('database.secret', 'gen_random_uuid()::text', `value ~ ${anyUuid}`),
  // Odoo's own default: the original's address is in links and loaded into reports.
  parameter('web.base.url', `'http://localhost:8069'`, `value = 'http://localhost:8069'`),
  parameter('report.url', `'http://localhost:8069'`, `value = 'http://localhost:8069'`),
  {
    name: 'web.base.url.freeze',
    table: 'ir_config_parameter',
    columns: ['key'],
    make: `DELETE FROM ir_config_parameter WHERE key = 'web.base.url.freeze'`,
    wrong: `key = 'web.base.url.freeze'`,
  },
];
