import { z } from 'zod';
import { type EventType, eventsFor, statusAndReason } from './event-type.ts';

const event = eventsFor('view:databases');
/** Of what has texts of statements, which may name people. */
const detailed = eventsFor('manage:databases');
const parameters = z.strictObject({ parameters: z.record(z.string(), z.string()).describe('All that were chosen.') });
const { reason } = statusAndReason.shape;
const chosen = { work_mem: '16MB' };
const pooler = z.strictObject({
  poolSize: z.int().nullable().describe('The size of each pool; null without PgBouncer.'),
  maxClients: z.int().nullable().describe('How many clients it takes; null without PgBouncer.'),
});
const size = { poolSize: 20, maxClients: 500 };
const maintenance = z.strictObject({ action: z.string().describe('vacuum, vacuum_analyze, analyze or reindex.') });

const downtimeSeconds = z.number().nullable().describe('How long Odoo was stopped; null where that is not known.');
const upgrade = z.strictObject({ targetVersion: z.int().describe('The major release of PostgreSQL.') });

export const databaseEvents = {
  'database.configure_requested': event('Other parameters of PostgreSQL were requested.', parameters, {
    parameters: chosen,
  }),
  'database.configuration_saved': event(
    'Other parameters of PostgreSQL were saved for the next start of the instance.',
    parameters,
    { parameters: chosen },
  ),
  'database.configured': event('PostgreSQL runs with other parameters.', parameters.extend({ reason }), {
    parameters: chosen,
    reason: null,
  }),
  'database.configure_failed': event(
    'PostgreSQL or Odoo was not healthy with other parameters; the earlier ones are back.',
    parameters.extend({ reason }),
    { parameters: chosen, reason: 'database_error' },
  ),
  'database.password_rotation_requested': event('A new password of Odoo’s role in PostgreSQL was requested.'),
  'database.password_rotated': event('Odoo’s role in PostgreSQL has a new password.', z.strictObject({ reason }), {
    reason: null,
  }),
  'database.password_rotation_failed': event(
    'The password of Odoo’s role in PostgreSQL was not changed, or not checked.',
    z.strictObject({ reason }),
    { reason: 'docker_unavailable' },
  ),
  'database.pooler_requested': event('PgBouncer was to be enabled, changed or disabled.', pooler, size),
  'database.pooler_saved': event(
    'PgBouncer is enabled, changed or disabled from the next start of the instance on.',
    pooler,
    size,
  ),
  'database.pooler_enabled': event('Odoo connects to PostgreSQL through PgBouncer.', pooler.extend({ reason }), {
    ...size,
    reason: null,
  }),
  'database.pooler_disabled': event('Odoo connects to PostgreSQL itself again.', pooler.extend({ reason }), {
    poolSize: null,
    maxClients: null,
    reason: null,
  }),
  'database.pooler_failed': event(
    'PgBouncer was not enabled, changed or disabled; Odoo connects as before.',
    pooler.extend({ reason }),
    { ...size, reason: 'pooler_not_ready' },
  ),
  'database.maintenance_requested': event(
    'The maintenance of tables was requested.',
    maintenance.extend({ tables: z.array(z.string()).describe('Empty for all.') }),
    { action: 'vacuum_analyze', tables: ['public.sale_order'] },
  ),
  'database.maintained': event('Tables were maintained.', maintenance.extend({ reason }), {
    action: 'vacuum_analyze',
    reason: null,
  }),
  'database.maintenance_failed': event('The maintenance of tables did not end well.', maintenance.extend({ reason }), {
    action: 'reindex',
    reason: 'database_error',
  }),
  'database.upgrade_rehearsal_requested': event('A rehearsal of an upgrade of PostgreSQL was requested.', upgrade, {
    targetVersion: 18,
  }),
  'database.upgrade_rehearsed': event(
    'An upgrade of PostgreSQL was rehearsed on a copy, and works.',
    upgrade.extend({ reason }),
    { targetVersion: 18, reason: null },
  ),
  'database.upgrade_rehearsal_failed': event(
    'A rehearsal of an upgrade of PostgreSQL failed or was cancelled. The instance is as it was.',
    upgrade.extend({ reason }),
    { targetVersion: 18, reason: 'database_upgrade_failed' },
  ),
  'database.upgrade_requested': event(
    'An upgrade of PostgreSQL was requested.',
    upgrade.extend({ force: z.boolean().describe('Whether without a rehearsal.') }),
    { targetVersion: 18, force: false },
  ),
  'database.upgraded': event(
    'The instance runs on another release of PostgreSQL.',
    upgrade.extend({ ...statusAndReason.shape, downtimeSeconds }),
    { targetVersion: 18, status: 'running', downtimeSeconds: 94.2, reason: null },
  ),
  'database.upgrade_failed': event(
    'An upgrade of PostgreSQL failed or was cancelled. Unless `status` is failed, the old PostgreSQL serves.',
    upgrade.extend({ ...statusAndReason.shape, downtimeSeconds }),
    { targetVersion: 18, status: 'running', downtimeSeconds: null, reason: 'odoo_not_healthy' },
  ),
  'database.backend_terminated': event(
    'Somebody ended a connection to the database.',
    z.strictObject({ backend: z.string(), role: z.string().nullable() }),
    { backend: '4711-1795771800000000', role: 'odoo' },
  ),
  'database.user_created': event(
    'A read-only user of the database was created.',
    z.strictObject({ name: z.string(), connectionLimit: z.int(), statementTimeoutSeconds: z.int() }),
    { name: 'metabase', connectionLimit: 5, statementTimeoutSeconds: 60 },
  ),
  'database.user_deleted': event(
    'A read-only user of the database was deleted.',
    z.strictObject({ name: z.string() }),
    {
      name: 'metabase',
    },
  ),
  'database.queried': detailed(
    'Somebody ran a statement in the SQL console.',
    z.strictObject({ sql: z.string(), maxRows: z.int(), timeoutSeconds: z.int() }),
    { sql: 'SELECT count(*) FROM res_partner', maxRows: 100, timeoutSeconds: 10 },
  ),
} satisfies Record<`database.${string}`, EventType>;
