import { confPath, databaseRole, runOdoo, type Site, sql, sqlAsOdoo, sqlText } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { modulesWithoutFiles } from './installed-modules.ts';
import { columnsSql, makeSql, rulesFor, wrongSql } from './neutral-sql.ts';

/** Where e-mails go that nobody catches: Odoo’s own dummy has this host, which leads nowhere. */
export const noMailHost = 'invalid';
/** Older releases have no neutralisation of their own. */
export const firstNeutralRelease = 16;
const slowMs = 600_000;

export interface Neutralisation {
  /** A database of the instance’s PostgreSQL on which no Odoo runs. */
  database: string;
  /** Where its e-mails go: the mail catcher, or `noMailHost`. */
  mailHost: string;
}

/**
 * Neutralises a database before anything of Odoo runs on it, and checks that it is: first what Odoo’s own modules say of
 * themselves, then everything that they miss. Throws unless all of it holds; the caller must drop the database then. Safe
 * to repeat.
 */
export async function neutralise(
  context: StepContext<unknown>,
  site: Site,
  { database, mailHost }: Neutralisation,
): Promise<string> {
  const { host, instance } = site;
  const { app, signal, log, progress } = context;
  requireNeutralRelease(instance.odooVersion);
  await endOtherConnections(context, site, database);
  const missing = await modulesWithoutFiles(context, site, database, confPath);
  if (missing.length > 0)
    throw new StepError(
      'not_neutralized',
      `The image does not have modules that are installed in the database: ${missing.join(', ')}. What they send or fetch would go on in the copy`,
      'Clone with an image that has these modules, or uninstall them in the original first.',
    );
  progress(30);
  await runNeutralize(context, site, database);
  progress(60);
  const run = (statements: string): Promise<string> =>
    sqlAsOdoo({ secrets: app.secrets, host, instance }, database, statements, signal, slowMs);
  const rules = rulesFor(await run(columnsSql));
  await run(makeSql(rules, mailHost));
  progress(80);
  await verifyNeutral(context, site, { database, mailHost });
  log(
    'info',
    `Neutralised by Odoo’s own modules and ${rules.length} rules of oCore: ${rules.map(({ name }) => name).join(', ')}`,
  );
  return `Verified with ${rules.length} rules`;
}

export function requireNeutralRelease(odooVersion: string): void {
  if (Number.parseInt(odooVersion, 10) >= firstNeutralRelease) return;
  throw new StepError(
    'not_neutralized',
    `Odoo ${odooVersion} cannot neutralise a database; Odoo ${firstNeutralRelease} is the first that can`,
    'Upgrade the instance first.',
  );
}

/** Throws unless the database is neutral. */
export async function verifyNeutral(
  { app, signal }: Pick<StepContext<unknown>, 'app' | 'signal'>,
  { host, instance }: Site,
  { database, mailHost }: Neutralisation,
): Promise<void> {
  const run = (statements: string): Promise<string> =>
    sqlAsOdoo({ secrets: app.secrets, host, instance }, database, statements, signal, slowMs);
  const wrong = await run(wrongSql(rulesFor(await run(columnsSql)), mailHost));
  if (wrong !== '')
    throw new StepError(
      'not_neutralized',
      `The copy is not neutral: ${wrong.split('\n').slice(0, 20).join(', ')}`,
      'A trigger or a rule of the database may undo the change. The copy has been removed.',
    );
}

/** Odoo’s own neutralisation, in a container of the instance’s image. It imports none of the modules. */
async function runNeutralize(context: StepContext<unknown>, site: Site, database: string): Promise<void> {
  const { code, lines } = await runOdoo(context, site, {
    name: 'neutralize',
    command: ['odoo', 'neutralize', '-c', confPath, '-d', database],
  });
  for (const line of lines.slice(-20)) context.log('info', line);
  const failed = code !== 0 || lines.some((line) => / (ERROR|CRITICAL) |NOT NEUTRALIZED/.test(line));
  if (failed || !lines.some((line) => line.includes('Neutralization finished')))
    throw new StepError(
      'not_neutralized',
      `Odoo did not neutralise the copy (exit code ${code}):\n${lines.slice(-5).join('\n')}`,
      'The operation log has all lines. The copy has been removed.',
    );
}

/** What an earlier attempt began there ends before anything is begun again. */
async function endOtherConnections(
  { signal }: Pick<StepContext<unknown>, 'signal'>,
  { host, instance }: Site,
  database: string,
): Promise<void> {
  await sql(
    host,
    instance,
    'postgres',
    `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = ${sqlText(database)} AND (usename = '${databaseRole}' OR usename = 'postgres') AND pid <> pg_backend_pid();`,
    signal,
  );
}
