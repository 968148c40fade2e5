import { databaseMemoryOf, memoryLimitOf, type Sizing } from './odoo-conf.ts';
import type { Settings } from './kinds.ts';

const period = 100_000;

interface Limits {
  memoryBytes: number;
  cores: number;
  /** Who goes first when the processor is short; the server's other programs have 1024. */
  cpuWeight: number;
  pids: number;
  capabilities: string[];
}

/** What the engine calls these bounds: rights, memory without swap, processor, processes. */
function boundsOf({ memoryBytes, cores, cpuWeight, pids, capabilities }: Limits) {
  return {
    CapDrop: ['ALL'],
    CapAdd: capabilities,
    SecurityOpt: ['no-new-privileges'],
    Memory: memoryBytes,
    MemorySwap: memoryBytes,
    // Not NanoCpus: it is refused on a server that has lost cores since it was validated, or has no CFS bandwidth control.
    CpuPeriod: period,
    CpuQuota: Math.floor(period * cores),
    CpuShares: cpuWeight,
    PidsLimit: pids,
  };
}

export type Bounds = ReturnType<typeof boundsOf>;

/** A share of all the server's cores. */
const shareOf = ({ cpuCores }: Sizing, share: number): number => Math.max(1, cpuCores) * share;

/**
 * The official image starts as root: it makes PGDATA its own (CHOWN, FOWNER), which is another user's at the second start
 * (DAC_OVERRIDE), and goes on as postgres by way of gosu (SETUID, SETGID).
 */
export function databaseBounds(settings: Settings, sizing: Sizing): Bounds {
  return boundsOf({
    memoryBytes: databaseMemoryOf(settings, sizing),
    cores: settings.databaseCpuLimit ?? shareOf(sizing, 0.5),
    cpuWeight: 512,
    pids: settings.databaseProcessLimit ?? 512,
    capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'],
  });
}

/** Odoo’s image runs as `odoo` from its first process on, and needs no capability. */
export function odooBounds(settings: Settings, sizing: Sizing): Bounds {
  return boundsOf({
    memoryBytes: memoryLimitOf(settings, sizing),
    cores: settings.cpuLimit ?? shareOf(sizing, 0.75),
    cpuWeight: 256,
    pids: settings.processLimit ?? 1024,
    capabilities: [],
  });
}

/** Of a container that works on an instance's data beside it: as root, so that it reads and writes whatever the image's user has. */
export function toolBounds({ cpuCores, ramTotalBytes }: Sizing): Bounds {
  return boundsOf({
    memoryBytes: Math.max(256 * 1024 ** 2, Math.min(1024 ** 3, Math.floor(ramTotalBytes / 4))),
    cores: shareOf({ cpuCores, ramTotalBytes }, 0.75),
    cpuWeight: 256,
    pids: 256,
    capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
  });
}

/** Of a container in which apt and pip install packages: apt gives its downloads to a user of its own. */
export function buildBounds({ cpuCores, ramTotalBytes }: Sizing): Bounds {
  return boundsOf({
    memoryBytes: Math.max(512 * 1024 ** 2, Math.min(2 * 1024 ** 3, Math.floor(ramTotalBytes / 3))),
    cores: shareOf({ cpuCores, ramTotalBytes }, 0.75),
    cpuWeight: 128,
    pids: 512,
    capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETFCAP', 'SETGID', 'SETUID'],
  });
}

/** PgBouncer is one thread, and takes a few kB for each connection; who waits for it, waits for PostgreSQL. */
export const poolerBounds = boundsOf({
  memoryBytes: 128 * 1024 ** 2,
  cores: 1,
  cpuWeight: 512,
  pids: 32,
  capabilities: [],
});

/** What passes the changes of a database on to another server. */
export const gateBounds = boundsOf({
  memoryBytes: 256 * 1024 ** 2,
  cores: 1,
  cpuWeight: 256,
  pids: 64,
  capabilities: [],
});

/** What takes the e-mails of a copy keeps them in memory. */
export const mailCatcherBounds = boundsOf({
  memoryBytes: 256 * 1024 ** 2,
  cores: 0.25,
  cpuWeight: 64,
  pids: 64,
  capabilities: [],
});
