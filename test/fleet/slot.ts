/**
 * Several checkouts can run their fleets on one machine at the same time: each sets `OCORE_FLEET` to a number of its own
 * (0-19), which moves directories, ports and networks out of the others' way.
 */
const given = Number(process.env['OCORE_FLEET'] ?? 0);
if (!Number.isInteger(given) || given < 0 || given > 19) throw new Error('OCORE_FLEET must be a number from 0 to 19');

/** The tests of a checkout that need the machine run in two lanes, each with a fleet of its own: the workers of vitest. */
const lane = (Number(process.env['VITEST_POOL_ID'] ?? 1) - 1) % 2;
export const slot = given + 20 * lane;

/** Engines of all fleets are numbered: a fleet has at most five. */
export const firstEngine = slot * 5;
export const fleetDir = slot === 0 ? '/var/lib/ocore-fleet' : `/var/lib/ocore-fleet-${slot}`;
/** Below the ports that the kernel gives to outgoing connections: one of those may hold it otherwise. */
export const firstSshPort = 12200 + slot * 10;
export const registryPort = 12600 + slot * 10;
/** Engines publish on one machine: each fleet's instances have a range of their own. */
export const portRange = `${20000 + slot * 250}-${20249 + slot * 250}`;
