import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { importOf } from '../../../src/cli/replacement-images/list.ts';
import { prepareFleet } from '../fleet.ts';

const run = promisify(execFile);
const tag = 'postgres:18';

/** The next release of PostgreSQL, as its public image has it: since 18 its volume is the directory above the data. */
const changes = [
  'ENTRYPOINT ["docker-entrypoint.sh"]',
  'CMD ["postgres"]',
  'VOLUME /var/lib/postgresql',
  'EXPOSE 5432',
  'ENV PGDATA=/var/lib/postgresql/18/docker LANG=C.UTF-8 PATH=/usr/lib/postgresql/18/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
];

/** Gives the directory with the image, built where it is not there. */
export async function buildNewerPostgres(images: string): Promise<string> {
  const script = join(import.meta.dirname, 'build.sh');
  const { stdout } = await run('bash', [script, images], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim().split('\n').at(-1) ?? '';
}

/** Imports `postgres:18` into an engine, unless it has it already. */
export async function loadNewerPostgres(socket: string): Promise<void> {
  const directory = await buildNewerPostgres(await prepareFleet());
  const known = await new Docker({ socketPath: socket }).listImages();
  const isThere = known.some(
    ({ RepoTags, Labels }) => RepoTags?.includes(tag) && Labels?.['sh.ocore.images'] === directory,
  );
  if (!isThere)
    await run('docker', ['-H', `unix://${socket}`, ...importOf({ tag, file: 'postgres.tar', changes }, directory)]);
}
