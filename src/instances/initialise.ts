import type { StepContext } from '../jobs/kind.ts';
import { StepError } from '../jobs/kind.ts';
import { runOneOff } from '../remote/index.ts';
import { confPath, ensureOdoo, findContainer, removeContainer } from './containers.ts';
import { servingContainer, settingsOf, type Site } from './context.ts';
import { setAdministrator } from './database.ts';
import { databaseName, namesOf } from './names.ts';
import { openAdminPassword } from './sealed.ts';

const levels = [[/ (ERROR|CRITICAL) /, 'error'], [/ WARNING /, 'warning']] as const;

/**
 * Initialises the database in a container of its own, which outlives this worker: a worker that takes over finds it
 * running, or ended with its exit code, and goes on from there.
 */
export async function initialiseDatabase(context: StepContext<unknown>, site: Site): Promise<string> {
  const { app, signal, log, progress } = context;
  const { instance, host } = site;
  const names = namesOf(instance.id);
  const known = await findContainer(host, names.initialise);
  // Ended by a signal, not by itself: the engine or the machine went down under it. Begin again.
  if (known && known.State.Status === 'exited' && known.State.ExitCode > 128) await removeContainer(host, names.initialise);
  const modules = [...new Set(['base', 'web', ...instance.modules])];
  await ensureOdoo(host, instance, {
    ...(await servingContainer(context, site, settingsOf(instance), 0)),
    name: names.initialise,
    command: ['odoo', '-c', confPath, '-d', databaseName(instance.slug), '-i', modules.join(','), `--load-language=${instance.language}`, '--stop-after-init', '--no-http', '--workers=0', '--max-cron-threads=0'],
    httpPort: null,
    restart: false,
  });
  // A worker that takes over reads the container's log from its start: what the user has seen is not said twice.
  const said = new Set((await app.db.prisma.operationLog.findMany({ where: { operationId: context.operation.id, step: 'initialise' }, select: { message: true } })).map((row) => row.message));
  const errors: string[] = [];
  const code = await runOneOff(host.docker, names.initialise, {
    signal,
    onLine: (line) => {
      const level = levels.find(([pattern]) => pattern.test(line))?.[1] ?? 'info';
      if (!said.has(line)) log(level, line);
      if (level === 'error' || /invalid module names, ignored/.test(line)) errors.push(line);
      const loading = /loading (?:module )?(\d+)\/(\d+)|Loading module \S+ \((\d+)\/(\d+)\)/.exec(line);
      // base is loaded alone first: 1 of 1 says nothing about the whole.
      if (loading && (loading[2] ?? loading[4]) !== '1') progress((100 * Number(loading[1] ?? loading[3])) / Number(loading[2] ?? loading[4]));
    },
  });
  if (code !== 0 || errors.length > 0) {
    throw new StepError('database_initialisation_failed', `Odoo could not initialise the database (exit code ${code}):\n${errors.slice(-5).join('\n')}`, 'Check the names of the modules and that the image has them; the operation log has every line.');
  }
  if (instance.adminPasswordEnc) await setAdministrator(host, instance, await openAdminPassword(app.secrets, instance.id, instance.adminPasswordEnc), signal);
  await removeContainer(host, names.initialise);
  return `Installed ${modules.join(', ')}`;
}
