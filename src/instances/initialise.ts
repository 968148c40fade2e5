import type { StepContext } from '../operations/kind.ts';
import { StepError } from '../operations/kind.ts';
import { dockerStatus, runOneOff } from '../remote/index.ts';
import { confPath, ensureOdoo, findContainer, startContainer } from './containers.ts';
import { servingContainer, settingsOf, type Site } from './context.ts';
import { setAdministrator, waitForPostgres } from './database.ts';
import { wasInterrupted } from './interrupted.ts';
import { databaseName, namesOf } from './names.ts';
import { removeContainer } from './removal.ts';
import { openAdminPassword } from './sealed.ts';

const levels = [
  [/ (ERROR|CRITICAL) /, 'error'],
  [/ WARNING /, 'warning'],
] as const;
/** How often it begins again after the engine or the machine went down under it. */
const maxInterruptions = 5;

interface Ended {
  code: number;
  errors: string[];
  interrupted: boolean;
}

/**
 * Initialises the database in a container of its own, which outlives this worker: a worker that takes over finds it
 * running, or ended with its exit code, and goes on from there.
 */
export async function initialiseDatabase(context: StepContext<unknown>, site: Site): Promise<string> {
  const { app, signal, log, saveState } = context;
  const { instance, host } = site;
  const modules = [...new Set(['base', 'web', ...instance.modules])];
  for (;;) {
    const { code, errors, interrupted } = await attempt(context, site, modules);
    if (code === 0 && errors.length === 0) break;
    const interruptions = Number(context.state['interruptions'] ?? 0) + 1;
    if (!interrupted || interruptions > maxInterruptions) {
      throw new StepError(
        'database_initialisation_failed',
        `Odoo could not initialise the database (exit code ${code}):\n${errors.slice(-5).join('\n')}`,
        'Check that the module names are correct and that the image contains the modules; the operation log has all lines.',
      );
    }
    await saveState({ interruptions });
    log('warning', `The initialisation was interrupted from outside (exit code ${code}); it starts again`);
  }
  if (instance.adminPasswordEnc)
    await setAdministrator(
      host,
      instance,
      await openAdminPassword(app.secrets, instance.id, instance.adminPasswordEnc),
      signal,
    );
  const done = await findContainer(host, namesOf(instance.id).initialise);
  if (done) await removeContainer(host, done.Id);
  return `Installed ${modules.join(', ')}`;
}

/** Runs the container to its end. One that was interrupted is removed, so that the next attempt makes another. */
async function attempt(context: StepContext<unknown>, site: Site, modules: readonly string[]): Promise<Ended> {
  const { app, signal, log, progress } = context;
  const { instance, host } = site;
  const names = namesOf(instance.id);
  // What took the initialisation with it may have taken the database, too.
  await startContainer(host, names.database);
  await waitForPostgres(host, instance, signal);
  const id = await ensureOdoo(host, instance, {
    ...(await servingContainer(context, site, settingsOf(instance), 0)),
    name: names.initialise,
    command: [
      'odoo',
      '-c',
      confPath,
      '-d',
      databaseName(instance.slug),
      '-i',
      modules.join(','),
      `--load-language=${instance.language}`,
      '--stop-after-init',
      '--no-http',
      '--workers=0',
      '--max-cron-threads=0',
    ],
    httpPort: null,
    restart: false,
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
  const code = await runOneOff(host.docker, id, {
    signal,
    onLine: (line) => {
      const level = levels.find(([pattern]) => pattern.test(line))?.[1] ?? 'info';
      if (!said.has(line)) log(level, line);
      if (level === 'error' || /invalid module names, ignored/.test(line)) errors.push(line);
      if (errors.length > 100) errors.shift();
      const loading = /loading (?:module )?(\d+)\/(\d+)|Loading module \S+ \((\d+)\/(\d+)\)/.exec(line);
      // base is loaded alone first: 1 of 1 says nothing about the whole.
      if (loading && (loading[2] ?? loading[4]) !== '1')
        progress((100 * Number(loading[1] ?? loading[3])) / Number(loading[2] ?? loading[4]));
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
