/**
 * Several checkouts can run their fleets on one machine at the same time: each sets `OCORE_FLEET` to a number of its own
 * (0-12), which moves directories, ports and networks out of the others' way.
 */
const most = 13;
const given = Number(process.env['OCORE_FLEET'] ?? 0);
if (!Number.isInteger(given) || given < 0 || given >= most)
  throw new Error(`OCORE_FLEET must be a number from 0 to ${most - 1}`);

/** The tests of a checkout that need the machine run in three lanes, each with a fleet of its own: the workers of vitest. */
export const lanes = 3;
const lane = (Number(process.env['VITEST_POOL_ID'] ?? 1) - 1) % lanes;
export const slot = given + most * lane;

/** Engines of all fleets are numbered, up to 204, as networks of theirs are: a fleet has at most five. */
export const firstEngine = slot * 5;
export const fleetDir = slot === 0 ? '/var/lib/ocore-fleet' : `/var/lib/ocore-fleet-${slot}`;
/** Below the ports that the kernel gives to outgoing connections: one of those may hold it otherwise. */
export const firstSshPort = 12200 + slot * 10;
export const registryPort = 12800 + slot * 10;
/** Engines publish on one machine: each fleet's instances have a range of their own. */
export const portRange = `${20000 + slot * 250}-${20249 + slot * 250}`;
