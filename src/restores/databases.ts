import {
  createDatabase,
  databaseRole,
  type OneOff,
  openSecrets,
  runTool,
  type Site,
  namesOf,
  sql,
  sqlAsOdoo,
  sqlText,
} from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { replacementNames } from './names.ts';

/** Counting the rows of a large database takes its time. */
const countMs = 30 * 60_000;
const maxTries = 5;
const passwordPath = '/etc/ocore-pgpass';

/** A dump in a volume of the instance's server. */
export interface Dump {
  volume: string;
  /** Below the root of the volume. */
  path: string;
}

const exists = (name: string): string => `EXISTS (SELECT FROM pg_database WHERE datname = '${name}')`;
const terminate = (names: readonly string[]): string =>
  `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${names.map((name) => `'${name}'`).join(', ')}) AND pid <> pg_backend_pid()`;

/**
 * An empty database for what comes, whatever an earlier attempt left in it. Odoo's role owns its extensions, as a dump may
 * comment on them; it is no superuser, so a dump can do nothing that Odoo could not.
 */
export async function createIncoming(
  { app, operation, signal }: StepContext<unknown>,
  { host, instance }: Site,
): Promise<string> {
  const { incoming } = replacementNames(instance, operation.id);
  await sql(
    host,
    instance,
    'postgres',
    `${terminate([incoming])}; DROP DATABASE IF EXISTS "${incoming}";`,
    signal,
    countMs,
  );
  await createDatabase(host, instance, incoming, signal);
  await sqlAsOdoo(
    { secrets: app.secrets, host, instance },
    incoming,
    'CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS unaccent;',
    signal,
  );
  return incoming;
}

/** How often it is tried while somebody else signs in again and again, such as a program that reads statistics. */
async function tried(log: StepContext<unknown>['log'], work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof StepError) || attempt === maxTries) throw error;
      log('warning', `${error.message}; trying again`);
    }
  }
}

/** Copies the database that serves, on which nobody may work, beside it. The server copies files: it takes as long as that. */
export function copyServing({ operation, signal, log }: StepContext<unknown>, { host, instance }: Site): Promise<void> {
  const { serving, incoming } = replacementNames(instance, operation.id);
  return tried(log, () =>
    sql(
      host,
      instance,
      'postgres',
      `${terminate([incoming, serving])}; DROP DATABASE IF EXISTS "${incoming}";
      SELECT 'CREATE DATABASE "${incoming}" TEMPLATE "${serving}" OWNER ${databaseRole}' || CASE WHEN current_setting('server_version_num')::int >= 150000 THEN ' STRATEGY FILE_COPY' ELSE '' END \\gexec`,
      signal,
      countMs,
    ),
  );
}

/** The password file of libpq with which a tool signs in as Odoo, and the variable that names it. */
export async function signIn({ app }: Pick<StepContext<unknown>, 'app'>, { instance }: Site) {
  const { odooPassword } = await openSecrets(app.secrets, instance);
  return {
    secretFile: {
      path: passwordPath,
      content: `${namesOf(instance.id).database}:5432:*:${databaseRole}:${odooPassword}\n`,
    },
    env: [`PGPASSFILE=${passwordPath}`],
  };
}

/** Runs a program that loads a dump as Odoo's role. What it says is in the log; `failure`: what an exit code other than 0 means. */
export async function runLoader(
  context: StepContext<unknown>,
  site: Site,
  loader: Pick<OneOff, 'name' | 'image' | 'program' | 'mounts' | 'prepare'>,
  failure: { code: ConstructorParameters<typeof StepError>[0]; hint: string },
): Promise<void> {
  const lines: string[] = [];
  const tool = { ...loader, network: true, ...(await signIn(context, site)) };
  const code = await runTool(context, site, tool, ({ line }) => {
    context.log('warning', line);
    lines.push(line);
    if (lines.length > 20) lines.shift();
  });
  if (code !== 0)
    throw new StepError(
      failure.code,
      `pg_restore ended with exit code ${code}:\n${lines.slice(-5).join('\n')}`,
      failure.hint,
    );
}

/** Loads a dump of `pg_dump -Fd` or `-Fc` into a new database beside the one that serves. An error ends it. */
export async function loadDump(context: StepContext<unknown>, site: Site, dump: Dump): Promise<void> {
  const { instance, sizing } = site;
  const { incoming } = replacementNames(instance, context.operation.id);
  const jobs = Math.max(1, Math.min(4, sizing.cpuCores));
  await runLoader(
    context,
    site,
    {
      name: 'restore',
      image: instance.postgresImage,
      program: [
        'pg_restore',
        `--jobs=${jobs}`,
        '--exit-on-error',
        '--no-owner',
        '--no-acl',
        '--no-password',
        `--host=${namesOf(instance.id).database}`,
        `--username=${databaseRole}`,
        `--dbname=${incoming}`,
        `/restore/${dump.path}`,
      ],
      mounts: [{ volume: dump.volume, target: '/restore', readOnly: true }],
      prepare: () => createIncoming(context, site),
    },
    { code: 'restore_failed', hint: 'The data that served before is kept. Read the log of the operation.' },
  );
}

/** Throws unless what was loaded is a database of Odoo with as many rows as its manifest says, by table. */
export async function checkIncoming(
  { app, operation, signal }: StepContext<unknown>,
  { host, instance }: Site,
  rowCounts: Readonly<Record<string, number>> = {},
): Promise<string> {
  const { incoming } = replacementNames(instance, operation.id);
  const wrong = await sqlAsOdoo(
    { secrets: app.secrets, host, instance },
    incoming,
    `CREATE TEMPORARY TABLE ocore_wrong (what text);
     DO $$ DECLARE wanted record; counted bigint; BEGIN
       IF to_regclass('public.ir_module_module') IS NULL THEN
         INSERT INTO ocore_wrong VALUES ('it is no database of Odoo');
       ELSIF NOT EXISTS (SELECT FROM public.ir_module_module WHERE name = 'base' AND state IN ('installed', 'to upgrade')) THEN
         INSERT INTO ocore_wrong VALUES ('the module base is not installed');
       END IF;
       FOR wanted IN SELECT key AS name, value::bigint AS rows FROM json_each_text(${sqlText(JSON.stringify(rowCounts))}::json) LOOP
         IF to_regclass(wanted.name) IS NULL THEN
           INSERT INTO ocore_wrong VALUES (format('%s is missing', wanted.name));
         ELSE
           EXECUTE format('SELECT count(*) FROM ONLY %s', to_regclass(wanted.name)) INTO counted;
           IF counted <> wanted.rows THEN
             INSERT INTO ocore_wrong VALUES (format('%s has %s rows instead of %s', wanted.name, counted, wanted.rows));
           END IF;
         END IF;
       END LOOP; END $$;
     SELECT what FROM ocore_wrong LIMIT 20;`,
    signal,
    countMs,
  );
  if (wrong !== '')
    throw new StepError(
      'restore_failed',
      `The restored database is not what was saved: ${wrong.split('\n').filter(Boolean).join('; ')}`,
      'The data that served before is kept. Use another backup.',
    );
  const counted = Object.keys(rowCounts).length;
  return counted === 0 ? 'It is a database of Odoo' : `${counted} tables have the rows of the manifest`;
}

/** Exchanges the databases, in one transaction: `incoming` serves from then on. Odoo must not run. */
export const switchDatabase = (context: StepContext<unknown>, site: Site): Promise<void> =>
  rename(
    context,
    site,
    ({ serving, incoming, before }) => `
    IF ${exists(incoming)} AND NOT ${exists(before)} THEN
      IF ${exists(serving)} THEN ALTER DATABASE "${serving}" RENAME TO "${before}"; END IF;
      ALTER DATABASE "${incoming}" RENAME TO "${serving}";
    END IF;`,
  );

/** Exchanges them back, where they were exchanged. */
export const switchDatabaseBack = (context: StepContext<unknown>, site: Site): Promise<void> =>
  rename(
    context,
    site,
    ({ serving, incoming, before }) => `
    IF ${exists(before)} THEN
      IF ${exists(serving)} THEN ALTER DATABASE "${serving}" RENAME TO "${incoming}"; END IF;
      ALTER DATABASE "${before}" RENAME TO "${serving}";
    END IF;`,
  );

type Names = ReturnType<typeof replacementNames>;

async function rename(
  { operation, signal, log }: StepContext<unknown>,
  { host, instance }: Site,
  statements: (names: Names) => string,
): Promise<void> {
  const names = replacementNames(instance, operation.id);
  const both = `${terminate(Object.values(names))}; DO $$ BEGIN ${statements(names)} END $$;`;
  await tried(log, () => sql(host, instance, 'postgres', both, signal));
}

/** Drops what is no longer needed, whichever of both it is. */
export async function dropDatabases(
  { operation, signal }: StepContext<unknown>,
  { host, instance }: Site,
  which: readonly ('incoming' | 'before')[],
): Promise<void> {
  const names = replacementNames(instance, operation.id);
  for (const one of which)
    await sql(
      host,
      instance,
      'postgres',
      `${terminate([names[one]])}; DROP DATABASE IF EXISTS "${names[one]}";`,
      signal,
      countMs,
    );
}
