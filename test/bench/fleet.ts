import { startFleet } from '../fleet/fleet.ts';
import type { Client } from '../kit/client.ts';
import { Ocore } from '../kit/ocore.ts';
import { loadSmallImages } from './small-images.ts';

const perServer = 5;

/** Twenty instances on four servers at once, against the five of one server alone. */
export async function fleet(say: (line: string) => void): Promise<void> {
  const servers = await startFleet({ servers: 4 });
  const ocore = await Ocore.start({ ODOO_IMAGE: 'small-odoo', POSTGRES_IMAGE: 'small-postgres:19.0' });
  try {
    const owner = await ocore.owner();
    const environmentId = await owner.environment();
    const ids: string[] = [];
    for (const server of servers.servers) {
      await loadSmallImages(server.engine.docker);
      ids.push(await owner.activeServer(server));
    }
    const alone: number[] = [];
    for (const [index, id] of ids.entries()) alone.push(await provision(owner, environmentId, [id], `alone-${index}`));
    const together = await provision(owner, environmentId, ids, 'together');
    const slowest = Math.max(...alone);
    say(
      `five instances on one server alone: ${alone.map((ms) => (ms / 1000).toFixed(1)).join(', ')} s; twenty on four servers: ${(together / 1000).toFixed(1)} s`,
    );
    say(`together / slowest alone  ${(together / slowest).toFixed(2)}x  (goal <= 1.30x)`);
  } finally {
    await ocore.stop();
    await servers.stop();
  }
}

/** Milliseconds from the first create until the last is running; takes them away again. */
async function provision(
  owner: Client,
  environmentId: string,
  serverIds: readonly string[],
  prefix: string,
): Promise<number> {
  const began = performance.now();
  const instances = await Promise.all(
    serverIds.flatMap((serverId, server) =>
      Array.from({ length: perServer }, async (_value, index) => {
        const answer = await owner.post('/instances', {
          name: `${prefix} ${server} ${index}`,
          serverId,
          environmentId,
          adminEmail: 'admin@example.com',
        });
        const operation = await owner.finished(answer.text('operationId'));
        if (operation.at('data.operationUpdated.status') !== 'succeeded')
          throw new Error(JSON.stringify(operation.body));
        return answer.text('id');
      }),
    ),
  );
  const took = performance.now() - began;
  await Promise.all(
    instances.map(async (id) => owner.finished((await owner.delete(`/instances/${id}`)).text('operationId'))),
  );
  return took;
}
