import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startFleet } from '../fleet/fleet.ts';
import { Ocore } from '../kit/ocore.ts';

const run = promisify(execFile);
const rounds = 3;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** `createInstance` until running, against a plain script that makes the same containers with the same engine. */
export async function provisioning(say: (line: string) => void): Promise<void> {
  const fleet = await startFleet({ servers: 1 });
  const ocore = await Ocore.start();
  try {
    const server = fleet.servers[0];
    if (!server) throw new Error('The fleet has no server');
    const owner = await ocore.owner();
    const serverId = await owner.activeServer(server);
    const environmentId = await owner.environment();
    const plain: number[] = [];
    const ours: number[] = [];
    // One after the other, in turns: both meet the same machine. The first round only warms the page cache.
    for (let round = 0; round <= rounds; round += 1) {
      let began = performance.now();
      await run('bash', [
        join(import.meta.dirname, 'plain-provision.sh'),
        server.engine.socket,
        `plain-${round}`,
        String(31000 + round),
      ]);
      if (round > 0) plain.push(performance.now() - began);
      await server.engine.clear();
      began = performance.now();
      const answer = await owner.post('/instances', {
        name: `Round ${round}`,
        serverId,
        environmentId,
        adminEmail: 'admin@example.com',
      });
      const operation = await owner.finished(answer.text('operationId'));
      if (operation.at('data.operationUpdated.status') !== 'succeeded') throw new Error(JSON.stringify(operation.body));
      if (round > 0) ours.push(performance.now() - began);
      await owner.finished((await owner.delete(`/instances/${answer.text('id')}`)).text('operationId'));
    }
    say(
      `plain script ${(median(plain) / 1000).toFixed(1)} s, createInstance until running ${(median(ours) / 1000).toFixed(1)} s (medians of ${rounds})`,
    );
    say(`oCore / plain  ${(median(ours) / median(plain)).toFixed(2)}x  (goal <= 1.10x)`);
  } finally {
    await ocore.stop();
    await fleet.stop();
  }
}
