import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { StepError } from '../operations/kind.ts';
import { execInContainer, type RemoteHost } from '../remote/index.ts';
import type { Bounds } from './container-limits.ts';
import { findContainer, startContainer, stopContainer } from './containers.ts';
import { databaseConf, databaseSettingsOf, hasConf, readsConf, writeConf } from './database-conf.ts';
import { ensureDatabase, limitsOf } from './database-container.ts';
import { serverWasInterrupted } from './interrupted.ts';
import { limitsLabel, namesOf } from './names.ts';
import { removeContainer } from './removal.ts';

/** The engine starts a container that ends again and again, ever more slowly; these take it three seconds. */
const maxRestarts = 5;

/** Waits for the server proper: the one of initdb listens on no TCP port. */
export async function waitForPostgres(host: RemoteHost, instance: Instance, signal: AbortSignal): Promise<void> {
  const { database } = namesOf(instance.id);
  const deadline = Date.now() + 120_000;
  /** How often it was started again after the engine went down under it. */
  let again = 0;
  while (Date.now() < deadline) {
    const ready = await execInContainer(
      host.docker,
      database,
      ['pg_isready', '-q', '-h', '127.0.0.1', '-U', 'postgres'],
      { signal },
    ).then(
      (result) => result.code === 0,
      () => false,
    );
    if (ready) return;
    const info = await findContainer(host, database);
    // It never ends well by itself: an engine that goes down asks it to.
    if (info && serverWasInterrupted(info) && again < 3) {
      again += 1;
      await startContainer(host, info.Id);
    } else if (
      info &&
      ((!info.State.Running && !info.State.Restarting) || (info.State.Restarting && info.RestartCount >= maxRestarts))
    )
      throw new StepError(
        'database_error',
        'The PostgreSQL container stopped immediately after its start',
        'Read the PostgreSQL log of the instance.',
      );
    await sleep(100, undefined, { signal });
  }
  throw new StepError(
    'database_error',
    'PostgreSQL did not start within two minutes',
    'Read the PostgreSQL log of the instance.',
  );
}

/** Starts the database server if the engine has not, as after a kill of the engine itself, and waits for it. */
export async function ensureDatabaseRuns(host: RemoteHost, instance: Instance, signal: AbortSignal): Promise<void> {
  await startContainer(host, namesOf(instance.id).database);
  await waitForPostgres(host, instance, signal);
}

/**
 * Runs the database server within these limits and with its settings; a container with other limits is replaced, over the
 * same volume.
 */
export async function ensureDatabaseWithin(
  host: RemoteHost,
  instance: Instance,
  { superuserPassword, bounds, operationId }: { superuserPassword: string; bounds: Bounds; operationId: string },
  signal: AbortSignal,
): Promise<void> {
  const known = await findContainer(host, namesOf(instance.id).database);
  const fits = known && known.Config?.Labels[limitsLabel] === limitsOf(bounds) && readsConf(known);
  const conf = databaseConf(bounds, databaseSettingsOf(instance));
  if (known && fits && !(await hasConf(host, instance.id, conf))) {
    // Stopped first: a server that runs beside another file than it has read is never left so.
    await stopContainer(host, known.Id, 60);
    await writeConf(host, instance.id, conf);
  }
  if (known && !fits) {
    // Before anything is taken away: what the new one is made from must be there.
    await host.docker.inspectImage(instance.postgresImage);
    await stopContainer(host, known.Id, 60);
    await removeContainer(host, known.Id);
  }
  // It stays with the operation that made its volume: no later one's clean-up may take it away.
  await ensureDatabase(host, instance, superuserPassword, bounds, instance.provisionedBy ?? operationId);
  await waitForPostgres(host, instance, signal);
}
