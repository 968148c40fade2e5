import { z } from 'zod';
import type { StepContext } from '../operations/kind.ts';

const kept = z.number().optional().catch(undefined);

/** Does a part of the work and remembers how long it took, over all workers that did it. */
export async function measured<T>(
  { state, saveState }: Pick<StepContext<unknown>, 'state' | 'saveState'>,
  part: 'dump' | 'load' | 'check' | 'start',
  work: () => Promise<T>,
): Promise<T> {
  const began = kept.parse(state[`${part}Began`]) ?? Date.now();
  await saveState({ [`${part}Began`]: began });
  const result = await work();
  await saveState({ [`${part}Seconds`]: Math.max(0.1, Math.round((Date.now() - began) / 100) / 10) });
  return result;
}

export const secondsOf = (state: Readonly<Record<string, unknown>>, part: string): number | null =>
  kept.parse(state[`${part}Seconds`]) ?? null;
