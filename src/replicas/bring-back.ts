import { ensureCreated, findContainer, removeContainer } from '../instances/index.ts';
import { unless } from '../remote/index.ts';
import { copyPasswordPath, type Made, passwordFile, specOf } from './containers.ts';
import { runCopy } from './copying.ts';
import { pgdata, replicaLabels, replicaNames } from './names.ts';
import type { StepContext } from '../operations/kind.ts';

/** PostgreSQL must not take the copy of a replica for a replica. */
const script = 'pg_basebackup "$@" && rm -f "$PGDATA/standby.signal"';

/** Copies a replica on another server into a volume of the instance's own, from which its database then starts. */
export async function bringBack(context: StepContext<unknown>, made: Made): Promise<string> {
  const { site, replica, password } = made;
  const { host, instance } = site;
  const { volume, copy, gate, slot } = replicaNames(replica);
  const connection = `host=${gate} port=5432 user=${slot} application_name=${slot}`;
  const spec = specOf(made, 'one-off', {
    Entrypoint: ['sh', '-c', script, 'copy'],
    Cmd: ['-d', connection, '-D', pgdata, '-X', 'stream', '-c', 'fast', '-P', '-v', '-w'],
    Env: [`PGPASSFILE=${copyPasswordPath}`, `PGDATA=${pgdata}`],
    User: '0:0',
  });
  const message = await runCopy(context, host, volume, async () => {
    await host.docker.createVolume({
      Name: volume,
      Labels: replicaLabels(instance, replica, 'replica', made.operationId),
    });
    return ensureCreated(host, instance, copy, spec, passwordFile(copyPasswordPath, password));
  });
  const ended = await findContainer(host, copy);
  if (ended) await removeContainer(host, ended.Id);
  return message;
}

/** What an earlier promotion brought back. */
export async function removeBrought({ site, replica }: Pick<Made, 'site' | 'replica'>): Promise<void> {
  const { copy, volume } = replicaNames(replica);
  const known = await findContainer(site.host, copy);
  if (known) await removeContainer(site.host, known.Id);
  await unless(404, site.host.docker.removeVolume(volume));
}
