import { base } from '../kit/base-fixtures.ts';
import { startFleet } from './fleet.ts';

/** The fixtures of `kit/fixtures.ts`, and servers: `it.override('serverCount', 2)` where one does not suffice. */
export const it = base
  .extend('serverCount', { scope: 'file' }, 1)
  .extend('fleet', { scope: 'file' }, async ({ serverCount }, { onCleanup }) => {
    const fleet = await startFleet({ servers: serverCount });
    onCleanup(() => fleet.stop());
    return fleet;
  })
  /** The first server of the fleet. */
  .extend('server', { scope: 'file' }, ({ fleet }) => {
    const [server] = fleet.servers;
    if (!server) throw new Error('The fleet has no server');
    return server;
  });

// In this order, as they are stopped the other way round: nobody watches a server that is being taken down.
it.beforeAll(({ fleet: _standing }) => {});
it.beforeAll(({ ocore: _started }) => {});
