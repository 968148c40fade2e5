/**
 * Several checkouts can run their fleets on one machine at the same time: each sets `OCORE_FLEET` to a number of its own
 * (0-19), which moves directories, ports and networks out of the others' way.
 */
export const slot = Number(process.env['OCORE_FLEET'] ?? 0);
if (!Number.isInteger(slot) || slot < 0 || slot > 19) throw new Error('OCORE_FLEET must be a number from 0 to 19');

/** Engines of all fleets are numbered: a fleet has at most ten. */
export const firstEngine = slot * 10;
export const fleetDir = slot === 0 ? '/var/lib/ocore-fleet' : `/var/lib/ocore-fleet-${slot}`;
/** Below the ports that the kernel gives to outgoing connections: one of those may hold it otherwise. */
export const firstSshPort = 12200 + slot * 10;
export const registryPort = 12500 + slot * 10;
/** Engines publish on one machine: each fleet's instances have a range of their own. */
export const portRange = slot === 0 ? '20000-29999' : `${20000 + slot * 500}-${20499 + slot * 500}`;
