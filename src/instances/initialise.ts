import type { StepContext } from '../operations/kind.ts';
import { StepError } from '../operations/kind.ts';
import { dockerStatus, runOneOff } from '../remote/index.ts';
import { confPath } from './addons-path.ts';
import { findContainer } from './containers.ts';
import { servingContainer, settingsOf, type Site } from './context.ts';
import { ensureDatabaseRuns } from './database.ts';
import { wasInterrupted } from './interrupted.ts';
import { LogLevels } from './log-levels.ts';
import { databaseName, namesOf } from './names.ts';
import { ensureOdoo } from './odoo-container.ts';
import { missingModules, setAdministrator, setCountry } from './odoo-data.ts';
import { removeContainer } from './removal.ts';
import { openAdminPassword } from './sealed.ts';

/** The levels of an operation's log, of those of Odoo's that are not `info` there. */
const operationLevels: Readonly<Record<string, 'warning' | 'error'>> = {
  warning: 'warning',
  error: 'error',
  critical: 'error',
};
/** How often it begins again after the engine or the machine went down under it. */
const maxInterruptions = 5;

/** One run of Odoo that installs modules, and its share of the progress. */
interface Installation {
  container: string;
  modules: readonly string[];
  options: readonly string[];
  from: number;
  to: number;
}

interface Ended {
  code: number;
  errors: string[];
  interrupted: boolean;
}

const own = ['base', 'web'];
const unknownNames =
  'Check that the module names are correct and that the image contains the modules; the operation log has all lines.';

/**
 * Initialises the database in containers of their own, which outlive this worker: a worker that takes over finds them
 * running, or ended with their exit code, and goes on from there. Accounting and others choose by the company's country
 * when they are installed: it is set before them.
 */
export async function initialiseDatabase(context: StepContext<unknown>, site: Site): Promise<string> {
  const { app, signal } = context;
  const { instance, host } = site;
  const names = namesOf(instance.id);
  const modules = [...new Set(instance.modules)].filter((name) => !own.includes(name));
  const base = { container: names.initialise, modules: own, options: [`--load-language=${instance.language}`] };
  await install(context, site, { ...base, from: 0, to: modules.length > 0 ? 40 : 100 });
  const unknown = await setCountry(host, instance, signal);
  if (unknown.length > 0)
    throw new StepError(
      'database_initialisation_failed',
      `The Odoo of this image does not know ${unknown.join(' or ')}`,
      'Choose another language or country, or an image of another release.',
    );
  if (modules.length > 0)
    await install(context, site, { container: names.modules, modules, options: [], from: 40, to: 100 });
  if (instance.adminPasswordEnc)
    await setAdministrator(
      host,
      instance,
      await openAdminPassword(app.secrets, instance.id, instance.adminPasswordEnc),
      signal,
    );
  for (const name of [names.initialise, names.modules]) {
    const done = await findContainer(host, name);
    if (done) await removeContainer(host, done.Id);
  }
  return `Installed ${[...own, ...modules].join(', ')}`;
}

/** Installs modules, again after each interruption from outside. */
async function install(context: StepContext<unknown>, site: Site, installation: Installation): Promise<void> {
  const { log, saveState, signal } = context;
  for (;;) {
    const { code, errors, interrupted } = await attempt(context, site, installation);
    if (code === 0) {
      // Odoo goes on after some errors, and ends well with modules that it has not installed: the database tells.
      const missing = await missingModules(site.host, site.instance, installation.modules, signal);
      if (missing.length === 0) return;
      throw new StepError(
        'database_initialisation_failed',
        `Odoo did not install ${missing.join(', ')}:\n${errors.slice(-5).join('\n')}`,
        unknownNames,
      );
    }
    const interruptions = Number(context.state['interruptions'] ?? 0) + 1;
    if (!interrupted || interruptions > maxInterruptions) {
      throw new StepError(
        'database_initialisation_failed',
        `Odoo could not initialise the database (exit code ${code}):\n${errors.slice(-5).join('\n')}`,
        unknownNames,
      );
    }
    await saveState({ interruptions });
    log('warning', `The initialisation was interrupted from outside (exit code ${code}); it starts again`);
  }
}

/** Runs the container to its end. One that was interrupted is removed, so that the next attempt makes another. */
async function attempt(context: StepContext<unknown>, site: Site, installation: Installation): Promise<Ended> {
  const { app, signal, log, progress } = context;
  const { from, to } = installation;
  const { instance, host } = site;
  // What took the initialisation with it may have taken the database, too.
  await ensureDatabaseRuns(host, instance, signal);
  const id = await ensureOdoo(host, instance, {
    ...(await servingContainer(context, site, settingsOf(instance), null)),
    name: installation.container,
    command: [
      'odoo',
      '-c',
      confPath,
      '-d',
      databaseName(instance.slug),
      '-i',
      installation.modules.join(','),
      ...installation.options,
      '--stop-after-init',
      '--no-http',
      '--workers=0',
      '--max-cron-threads=0',
    ],
    part: 'one-off',
  });
  // A worker that takes over reads the container's log from its start: what the user has seen is not said twice.
  const said = new Set(
    (
      await app.db.prisma.operationLog.findMany({
        where: { operationId: context.operation.id, step: 'initialise' },
        select: { message: true },
      })
    ).map((row) => row.message),
  );
  const errors: string[] = [];
  const levels = new LogLevels('odoo');
  const code = await runOneOff(host.docker, id, {
    signal,
    onLine: (written) => {
      const { line } = written;
      const level = operationLevels[levels.of(written)] ?? 'info';
      if (!said.has(line)) log(level, line);
      if (level === 'error' || /invalid module names, ignored/.test(line)) errors.push(line);
      if (errors.length > 100) errors.shift();
      const loading = /loading (?:module )?(\d+)\/(\d+)|Loading module \S+ \((\d+)\/(\d+)\)/.exec(line);
      // base is loaded alone first: 1 of 1 says nothing about the whole.
      if (loading && (loading[2] ?? loading[4]) !== '1')
        progress(from + ((to - from) * Number(loading[1] ?? loading[3])) / Number(loading[2] ?? loading[4]));
    },
  }).catch((error: unknown) => {
    // Gone altogether: an engine that comes back may have forgotten it.
    if (dockerStatus(error) === 404) return 255;
    throw error;
  });
  const info = await findContainer(host, id);
  const interrupted = !info || wasInterrupted(info);
  if (info && interrupted) await removeContainer(host, id);
  return { code, errors, interrupted };
}
