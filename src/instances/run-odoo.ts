import type { StepContext } from '../operations/kind.ts';
import { dockerStatus, runOneOff } from '../remote/index.ts';
import { findContainer } from './containers.ts';
import { servingContainer, settingsOf, type Site } from './context.ts';
import { wasInterrupted } from './interrupted.ts';
import { namesOf, operationLabel } from './names.ts';
import { ensureOdoo } from './odoo-container.ts';
import { removeContainer } from './removal.ts';

/** How often it begins again after the engine or the machine went down under it. */
const maxInterruptions = 5;
const maxLines = 20_000;

export interface OdooRun {
  /** What its container is called after the instance. */
  name: string;
  entrypoint?: readonly string[];
  command: string[];
  /** Made ready each time before it begins; not when it is found running or ended. */
  prepare?: () => Promise<unknown>;
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Runs a program of the instance's own image, with its configuration, in the instance's network and without ports, to its
 * end. Whoever takes over goes on with the one that runs, or reads how it ended; so it must be safe to repeat.
 */
export async function runOdoo(
  context: StepContext<unknown>,
  site: Site,
  run: OdooRun,
): Promise<{ code: number; lines: string[] }> {
  const { operation, log } = context;
  const signal = run.signal ?? context.signal;
  const { host, instance } = site;
  // It works on databases that PgBouncer does not lead to.
  const direct = { ...site, instance: { ...instance, databasePooler: null } };
  const name = `${namesOf(instance.id).network}-${run.name}`;
  for (let interruptions = 0; ; interruptions += 1) {
    const stranger = await findContainer(host, name);
    const isStranger = stranger && stranger.Config?.Labels[operationLabel] !== operation.id;
    if (isStranger) await removeContainer(host, stranger.Id);
    // One that was created and never started begins now.
    if (!stranger || isStranger || stranger.State.Status === 'created') await run.prepare?.();
    const id = await ensureOdoo(host, instance, {
      ...(await servingContainer(context, direct, settingsOf(instance), null)),
      name,
      command: run.command,
      ...(run.entrypoint ? { entrypoint: run.entrypoint } : {}),
      part: 'one-off',
    });
    const lines: string[] = [];
    const code = await runOneOff(host.docker, id, {
      signal,
      onLine: ({ line }) => {
        if (lines.length < maxLines) lines.push(line);
        run.onLine?.(line);
      },
    }).catch((error: unknown) => {
      // Gone altogether: an engine that comes back may have forgotten it.
      if (dockerStatus(error) === 404) return 255;
      throw error;
    });
    const info = await findContainer(host, id);
    const interrupted = !info || wasInterrupted(info);
    if (info) await removeContainer(host, info.Id);
    if (!interrupted || interruptions === maxInterruptions) return { code, lines };
    log('warning', `${run.name} was interrupted from outside (exit code ${code}); it starts again`);
  }
}
