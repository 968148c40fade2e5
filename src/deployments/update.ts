import { confPath, databaseName, runOdoo, type Site, sql, sqlAsOdoo } from '../instances/index.ts';
import { StepError } from '../operations/kind.ts';
import { copyServing, linkFilestore, replacementNames, requireSpace } from '../restores/index.ts';
import type { Context } from './context.ts';
import { findingsReader, keepFindings, rootCause } from './findings.ts';
import type { Plan } from './shapes.ts';

const mib = 1024 ** 2;
const seeLog = 'Read the findings of the deployment and the log of the operation; correct the module and deploy again.';

/** Errors after which a database is not what its modules say, although Odoo ends well. */
const serious = / (?:CRITICAL \S+ \S+:|ERROR \S+ odoo\.(?:modules|registry|tools\.convert|service)\S*:)/;

/** Throws unless the copy of the database has room. It is there for as long as the update takes. */
export async function requireRoom(context: Context, site: Site): Promise<void> {
  const { host, instance } = site;
  const database = databaseName(instance.slug);
  const size = await sql(host, instance, database, 'SELECT pg_database_size(current_database());', context.signal);
  await requireSpace(context, site, Number(size || '0') * 1.2 + 256 * mib);
}

function commandOf({ modules, updateAll }: Plan, database: string): string[] {
  const of = (kind: string): string[] => modules.filter(({ change }) => change === kind).map(({ name }) => name);
  const [update, install] = [updateAll ? ['all'] : of('update'), of('install')];
  return [
    'odoo',
    '-c',
    confPath,
    '-d',
    database,
    ...(update.length > 0 ? ['-u', update.join(',')] : []),
    ...(install.length > 0 ? ['-i', install.join(',')] : []),
    '--stop-after-init',
    '--no-http',
    '--workers=0',
    '--max-cron-threads=0',
  ];
}

/**
 * Copies the data that serves, and lets the new version of Odoo update and install modules in the copy. Odoo does not run
 * meanwhile; what served is not touched. Safe to repeat: it begins with another copy.
 */
export async function updateModules(context: Context, site: Site, plan: Plan): Promise<string> {
  const { app, operation, signal, log } = context;
  const { incoming } = replacementNames(site.instance, operation.id);
  const seconds = app.config.DEPLOYMENT_UPDATE_TIMEOUT;
  const late = AbortSignal.timeout(seconds * 1000);
  const reader = await findingsReader(context);
  const wrong: string[] = [];
  const run = await runOdoo(context, site, {
    name: 'update',
    command: commandOf(plan, incoming),
    prepare: async () => {
      await copyServing(context, site);
      await linkFilestore(context, site);
      log('info', 'The data is copied');
    },
    onLine: (line) => {
      log(/ (?:ERROR|CRITICAL) /.test(line) ? 'error' : 'info', line);
      reader.add(line);
      if (serious.test(line)) wrong.push(line);
      const loading = /Loading module \S+ \((\d+)\/(\d+)\)/.exec(line);
      if (loading) context.progress((100 * Number(loading[1])) / Number(loading[2]));
    },
    signal: AbortSignal.any([signal, late]),
  }).catch(async (error: unknown) => {
    if (!late.aborted || signal.aborted) throw error;
    await keepFindings(context, reader.all());
    throw new StepError('module_update_timeout', `Odoo did not update the modules within ${seconds} s`, seeLog);
  });
  const found = reader.all();
  await keepFindings(context, found);
  if (run.code !== 0 || wrong.length > 0)
    throw new StepError(
      'module_update_failed',
      rootCause(found) ??
        `Odoo did not update the modules (exit code ${run.code}):\n${(wrong.length > 0 ? wrong : run.lines).slice(-5).join('\n')}`,
      seeLog,
    );
  await requireInstalled(context, site, plan, incoming);
  return `${plan.updateAll ? 'all modules' : plan.modules.map(({ name }) => name).join(', ')}`;
}

/** Odoo goes on after some errors: the database says what has become of its modules. */
async function requireInstalled(
  { app, signal }: Context,
  { host, instance }: Site,
  { modules }: Plan,
  database: string,
): Promise<void> {
  const states = await sqlAsOdoo(
    { secrets: app.secrets, host, instance },
    database,
    `SELECT name || ' ' || state FROM ir_module_module WHERE state IN ('installed', 'to upgrade', 'to install', 'to remove');`,
    signal,
  );
  const rows = states.split('\n').filter(Boolean);
  const halfDone = rows.filter((row) => !row.endsWith(' installed'));
  const installed = new Set(rows.filter((row) => row.endsWith(' installed')).map((row) => row.split(' ')[0]));
  const missing = modules.filter(({ change, name }) => change !== 'code' && !installed.has(name));
  if (halfDone.length + missing.length > 0)
    throw new StepError(
      'module_update_failed',
      `Odoo left modules half done: ${[...halfDone, ...missing.map(({ name }) => `${name} is not installed`)].slice(0, 20).join(', ')}`,
      seeLog,
    );
}
