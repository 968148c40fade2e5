import { dockerStatus } from './errors.ts';

/** Ignores one response of the engine: the requested state already exists. */
export async function unless(status: number, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (dockerStatus(error) !== status) throw error;
  });
}

/** What the engine responds; undefined where there is no such thing. */
export function ifFound<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (dockerStatus(error) === 404) return undefined;
    throw error;
  });
}
