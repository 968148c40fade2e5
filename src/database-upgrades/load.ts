import { z } from 'zod';
import { copyReaders } from '../instance-databases/index.ts';
import {
  databaseName,
  databaseRole,
  ensureRoleAndDatabase,
  namesOf,
  openSecrets,
  type Site,
  sql,
  waitForPostgres,
} from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { runLoader } from '../restores/index.ts';
import { ensureTwin, type Wanted } from './twin.ts';

type Context = StepContext<unknown>;

const removalMs = 10 * 60_000;
const extensionsShape = z.array(z.object({ name: z.string(), schema: z.string() }));
export type Extension = z.infer<typeof extensionsShape>[number];

/** An identifier as PostgreSQL reads it; within its quotes psql knows no commands. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Those that somebody added to the database. */
export async function extensionsOf({ host, instance }: Site, signal: AbortSignal): Promise<readonly Extension[]> {
  const known = await sql(
    host,
    instance,
    databaseName(instance.slug),
    `SELECT coalesce(json_agg(json_build_object('name', extname, 'schema', nspname) ORDER BY extname), '[]')
     FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname <> 'plpgsql';`,
    signal,
  );
  return extensionsShape.parse(JSON.parse(known || '[]'));
}

/** Roles that nobody made by oCore: what they could do is not known, so they do not come along. */
async function warnOfRoles({ log, signal }: Context, { host, instance }: Site): Promise<void> {
  const strangers = await sql(
    host,
    instance,
    'postgres',
    `SELECT string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles r WHERE rolname NOT LIKE 'pg\\_%' AND rolname NOT LIKE 'ocore\\_%' AND rolname NOT IN ('postgres', '${databaseRole}')
       AND NOT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid AND g.rolname LIKE 'ocore\\_%');`,
    signal,
  );
  if (strangers !== '') log('warning', `Roles that oCore did not make are not in the new PostgreSQL: ${strangers}`);
}

/** An empty database with the extensions of the old one, whatever an earlier attempt left in it. */
async function prepareDatabase(context: Context, site: Site, twin: Site, wanted: Wanted): Promise<void> {
  const { app, signal } = context;
  const { host, instance } = twin;
  const name = databaseName(instance.slug);
  await waitForPostgres(host, instance, signal);
  await sql(
    host,
    instance,
    'postgres',
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'; DROP DATABASE IF EXISTS "${name}";`,
    signal,
    removalMs,
  );
  const { odooPassword } = await openSecrets(app.secrets, instance);
  await ensureRoleAndDatabase(host, instance, odooPassword, signal);
  for (const extension of await extensionsOf(site, signal)) {
    if (!['public', 'pg_catalog'].includes(extension.schema))
      throw new StepError(
        'database_upgrade_failed',
        `The extension ${extension.name} is in the schema ${extension.schema}; only those in public can be moved`,
        'Move it with ALTER EXTENSION … SET SCHEMA public, then try again.',
      );
    await sql(host, instance, name, `CREATE EXTENSION IF NOT EXISTS ${quoted(extension.name)};`, signal).catch(
      (error: unknown) => {
        if (!(error instanceof StepError)) throw error;
        throw new StepError(
          'database_upgrade_failed',
          `${wanted.image} does not have the extension ${extension.name}: ${error.message}`,
          'Drop the extension if nothing needs it, or have POSTGRES_UPGRADE_IMAGES name an image that has it.',
        );
      },
    );
  }
}

/**
 * Loads the dump that the operation made into the new PostgreSQL, as Odoo's role, which signs in as itself: nothing in a dump
 * gets more rights than Odoo has. What it cannot do – extensions – was done before.
 */
export async function loadDump(
  context: Context,
  site: Site,
  twin: Site,
  wanted: Wanted,
  volume: string,
): Promise<string> {
  await ensureTwin(context, twin, wanted);
  await warnOfRoles(context, site);
  const { host, instance, sizing } = twin;
  await runLoader(
    context,
    twin,
    {
      name: 'load',
      image: wanted.image,
      program: [
        'sh',
        '-ec',
        `pg_restore --list /dump >/tmp/all
         sed -E '/^[0-9]+; [0-9]+ [0-9]+ (EXTENSION -|COMMENT - EXTENSION) /d' /tmp/all >/tmp/list
         exec pg_restore --use-list=/tmp/list --jobs="$0" --exit-on-error --no-owner --no-acl --no-password --host="$1" --username="$2" --dbname="$3" /dump`,
        String(Math.max(1, Math.min(4, sizing.cpuCores))),
        namesOf(instance.id).database,
        databaseRole,
        databaseName(instance.slug),
      ],
      mounts: [{ volume, target: '/dump', readOnly: true }],
      prepare: () => prepareDatabase(context, site, twin, wanted),
    },
    {
      code: 'database_upgrade_failed',
      hint: 'Read the log of the operation. The PostgreSQL that the instance has is as it was.',
    },
  );
  const users = await copyReaders(site, { host, instance }, context.signal);
  return users > 0 ? `With ${users} read-only users` : 'The dump is loaded';
}
