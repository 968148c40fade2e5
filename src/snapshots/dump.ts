import { databaseName, labelsOf, namesOf, openSecrets, type Site, sql, waitForPostgres } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { unless } from '../remote/index.ts';
import { DumpOutput, type Dumped } from './dump-output.ts';
import { dumpExit, dumpFiles, pgpassPath, scriptPath } from './dump-script.ts';
import { oneOffName, parts, snapshotPaths } from './names.ts';
import { endOneOff, runToEnd } from './one-off.ts';
import { noSpace } from './space.ts';

export type DumpContext = Pick<StepContext<unknown>, 'app' | 'operation' | 'signal' | 'log'>;

const what = 'dump';

export const scratchOf = (site: Pick<Site, 'instance'>, operationId: string): string =>
  oneOffName(site.instance.id, operationId, parts.scratch);

/**
 * Dumps the database into a scratch volume, with the instance's own release of PostgreSQL, and counts its rows in the same
 * state. `onProgress` is told the bytes written and about how many there will be.
 */
export async function dumpDatabase(
  context: DumpContext,
  site: Site,
  onProgress: (written: number, expected: number) => void,
): Promise<Dumped> {
  const { app, operation, signal } = context;
  const { instance, host, sizing } = site;
  const database = databaseName(instance.slug);
  await waitForPostgres(host, instance, signal);
  const size = Number(await sql(host, instance, database, 'SELECT pg_database_size(current_database());', signal));
  await host.docker.createVolume({
    Name: scratchOf(site, operation.id),
    Labels: labelsOf(instance, parts.scratch, operation.id),
  });
  const { postgresPassword } = await openSecrets(app.secrets, instance);
  const name = oneOffName(instance.id, operation.id, what);
  let output = new DumpOutput(() => {});
  const { code, outOfMemory } = await runToEnd(
    context,
    host,
    {
      name,
      part: parts.dump,
      instance,
      operationId: operation.id,
      image: instance.postgresImage,
      command: ['sh', scriptPath, 'run'],
      env: [
        `PGHOST=${namesOf(instance.id).database}`,
        'PGUSER=postgres',
        `PGDATABASE=${database}`,
        `PGPASSFILE=${pgpassPath}`,
        'PGCONNECT_TIMEOUT=15',
        'PGOPTIONS=-c statement_timeout=0 -c idle_in_transaction_session_timeout=0',
        `OCORE_NEEDED_KIB=${Math.ceil(size / 1024)}`,
        `OCORE_JOBS=${Math.max(1, Math.min(4, sizing.cpuCores))}`,
      ],
      network: namesOf(instance.id).network,
      mounts: [{ Type: 'volume', Source: scratchOf(site, operation.id), Target: snapshotPaths.database }],
      files: dumpFiles(postgresPassword),
      capabilities: [],
    },
    () => {
      output = new DumpOutput((kib) => onProgress(kib * 1024, size));
      return (line) => output.take(line);
    },
  );
  await endOneOff(host, name);
  const said = output.errors.slice(-3).join('\n').slice(0, 1500);
  if (code === dumpExit.noSpace) throw noSpace(size, output.freeKib * 1024);
  const { dumped } = output;
  if (code !== 0 || !dumped)
    throw new StepError(
      'dump_failed',
      outOfMemory
        ? 'pg_dump was ended by the kernel because it needed more than 1 GiB of memory'
        : `The database could not be dumped (exit code ${code}): ${said || 'no reason given'}`,
      'Read the PostgreSQL log of the instance and check the disk of the server, then try again.',
    );
  if (output.wrong.length > 0)
    throw new StepError(
      'dump_failed',
      `The dump does not have the rows of the database: ${output.wrong.slice(0, 5).join('; ')}`,
      'Try again. If it happens again, check the disk of the server.',
    );
  return dumped;
}

/** Removes what a dump needs on the server; safe to repeat. */
export async function removeDump(
  { operation }: Pick<DumpContext, 'operation'>,
  site: Pick<Site, 'host' | 'instance'>,
): Promise<void> {
  await endOneOff(site.host, oneOffName(site.instance.id, operation.id, what));
  await unless(404, site.host.docker.removeVolume(scratchOf(site, operation.id)));
}
