import { performance } from 'node:perf_hooks';
import type { Client } from '../kit/client.ts';
import { Ocore } from '../kit/ocore.ts';

const rounds = 6;
const changes = 100;
const together = 8;

/** Changes of a project per second, several at a time. */
async function perSecond(owner: Client, id: string): Promise<number> {
  const began = performance.now();
  let left = changes;
  const some = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { status } = await owner.patch(`/projects/${id}`, { description: `Change ${left} at ${began}` });
      if (status !== 200) throw new Error(`A change was answered with ${status}`);
    }
  };
  await Promise.all(Array.from({ length: together }, some));
  return changes / ((performance.now() - began) / 1000);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What it costs a change that its audit entry is marked, and that it is sealed beside: in turns with entries that are not. */
export async function audit(say: (line: string) => void): Promise<void> {
  const ocore = await Ocore.start();
  try {
    const owner = await ocore.owner();
    const id = (await owner.post('/projects', { name: 'Changed all the time' })).text('id');
    const marking = (on: boolean) =>
      ocore.sql(`ALTER TABLE audit_entries ${on ? 'ENABLE' : 'DISABLE'} TRIGGER audit_entry_mark`);
    const [marked, plain]: [number[], number[]] = [[], []];
    await perSecond(owner, id);
    for (let round = 0; round < rounds; round += 1) {
      await marking(true);
      marked.push(await perSecond(owner, id));
      await marking(false);
      plain.push(await perSecond(owner, id));
    }
    const [one, other] = [median(marked), median(plain)];
    say(
      `changes/s, ${together} at a time: ${one.toFixed(0)} with marked and sealed entries, ${other.toFixed(0)} with plain ones: ${(one / other).toFixed(2)}×`,
    );
  } finally {
    await ocore.stop();
  }
}
