import {
  copySecrets,
  databaseBounds,
  databaseSettingsOf,
  ensureDatabase,
  ensureDatabaseWithin,
  findContainer,
  labelsOf,
  namesOf,
  openSecrets,
  removeObjects,
  settingsOf,
  type Site,
  sql,
  sqlText,
  stopContainer,
  volumesOf,
  waitForPostgres,
} from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { liveOperation } from '../operations/live.ts';
import { containerLogs, type RemoteHost, unless } from '../remote/index.ts';
import { rehearseUpgradeKind, upgradeDatabaseKind } from './kinds.ts';

/** What the new PostgreSQL is to be. */
export interface Wanted {
  targetVersion: number;
  image: string;
}

/** The volume that an upgrade makes: it belongs to the instance from the first on, which uses it after the switch. */
export const newVolume = (instanceId: string, operationId: string): string => `ocore-${instanceId}-db-${operationId}`;

/**
 * The new PostgreSQL beside the one that serves: a copy of the instance's row that stands in no table, with the id of the
 * operation, in a network without a way out. So all building blocks of instances work on it, and nothing of it can be taken
 * for the instance, or touch it. `volume`: one of the instance; else it has one of its own.
 */
export async function twinOf(
  { app, operation: { id } }: Pick<StepContext<unknown>, 'app' | 'operation'>,
  site: Site,
  image: string,
  volume: string | null,
): Promise<Site> {
  return {
    ...site,
    instance: {
      ...site.instance,
      id,
      provisionedBy: id,
      // The new server is initialised with the passwords that everybody has.
      secretsEnc: await copySecrets(app.secrets, site.instance, id),
      postgresImage: image,
      databaseVolume: volume,
      adminPasswordEnc: null,
      envVars: {},
      workers: 0,
      maxCronThreads: 0,
      replicaHost: null,
      databasePooler: null,
      databaseTrust: null,
      cpuLimit: null,
      memoryLimit: null,
      httpPort: null,
      longpollingPort: null,
    },
  };
}

type Context = Pick<StepContext<unknown>, 'app' | 'operation' | 'signal' | 'log'>;

/** Runs the new PostgreSQL, with the parameters of the instance. Safe to repeat. */
export async function ensureTwin(context: Context, twin: Site, wanted: Wanted): Promise<void> {
  try {
    await startTwin(context, twin, wanted);
  } catch (error) {
    // Its log goes with it, and nobody else would read why it did not start.
    if (error instanceof StepError) await logLines(context, twin);
    throw error;
  }
}

async function logLines({ log }: Context, { host, instance }: Site): Promise<void> {
  const { database } = namesOf(instance.id);
  if (!(await findContainer(host, database))) return;
  for await (const { line } of containerLogs(host.docker, database, { follow: false, tail: 20 })) log('info', line);
}

async function startTwin(context: Context, twin: Site, { targetVersion, image }: Wanted): Promise<void> {
  const { app, operation, signal } = context;
  const { host, instance, sizing } = twin;
  const ask = (statements: string): Promise<string> => sql(host, instance, 'postgres', statements, signal);
  await unless(
    409,
    host.docker.createNetwork({
      Name: namesOf(instance.id).network,
      Driver: 'bridge',
      Internal: true,
      Labels: labelsOf(instance, 'network', operation.id),
    }),
  );
  const { postgresPassword } = await openSecrets(app.secrets, instance);
  const bounds = databaseBounds(settingsOf(instance), sizing);
  // First without what was chosen: a parameter that it does not know would keep it from starting, and nobody could ask.
  await ensureDatabase(host, { ...instance, databaseSettings: {} }, postgresPassword, bounds, operation.id);
  await waitForPostgres(host, instance, signal);
  const number = Number(await ask('SHOW server_version_num;'));
  if (Math.floor(number / 10_000) !== targetVersion)
    throw new StepError(
      'database_upgrade_failed',
      `The image ${image} runs PostgreSQL ${Math.floor(number / 10_000)}, not ${targetVersion}`,
      'Whoever operates oCore corrects POSTGRES_UPGRADE_IMAGES.',
    );
  const chosen = JSON.stringify(Object.keys(databaseSettingsOf(instance)));
  const unknown = await ask(
    `SELECT string_agg(chosen.name, ', ') FROM json_array_elements_text(${sqlText(chosen)}::json) AS chosen (name) WHERE chosen.name NOT IN (SELECT s.name FROM pg_settings s);`,
  );
  if (unknown !== '')
    throw new StepError(
      'database_configuration_refused',
      `PostgreSQL ${targetVersion} does not know ${unknown}`,
      'Set them to their default with PATCH /api/instances/{id}/database/config, then try again.',
    );
  const made = { superuserPassword: postgresPassword, bounds, operationId: operation.id };
  await ensureDatabaseWithin(host, instance, made, signal);
}

/** Ends the new PostgreSQL in good order and removes what it had, but for a volume of the instance. */
export async function removeTwin(host: RemoteHost, operationId: string): Promise<void> {
  await stopContainer(host, namesOf(operationId).database, 60);
  await removeObjects(host, operationId, () => true);
}

/** Removes what earlier rehearsals and upgrades could not, as when their server was away during their clean-up. */
export async function removeEarlier(
  { app, operation }: Pick<StepContext<unknown>, 'app' | 'operation'>,
  { host, instance }: Site,
): Promise<void> {
  const earlier = await app.db.prisma.operation.findMany({
    where: {
      orgId: operation.orgId,
      resourceId: instance.id,
      kind: { in: [rehearseUpgradeKind.kind, upgradeDatabaseKind.kind] },
      NOT: liveOperation,
    },
    select: { id: true },
    orderBy: { id: 'desc' },
    take: 10,
  });
  for (const { id } of earlier) {
    await removeObjects(host, id, () => true);
    const volume = newVolume(instance.id, id);
    if (volume !== volumesOf(instance).database) await unless(404, host.docker.removeVolume(volume));
  }
}
