import { dockerStatus } from '../remote/index.ts';

/** Ignores one response of the engine: the requested state already exists. */
export async function unless(status: number, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (dockerStatus(error) !== status) throw error;
  });
}
