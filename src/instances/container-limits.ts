import type { Sizing } from './odoo-conf.ts';

const mib = 1024 ** 2;
const period = 100_000;

interface Limits {
  memoryBytes: number;
  /** Of all the server's cores. */
  cpuShare: number;
  /** Who goes first when the processor is short; the server's other programs have 1024. */
  cpuWeight: number;
  pids: number;
  capabilities: string[];
}

/** What the engine calls these bounds: rights, memory without swap, processor, processes. */
function boundsOf({ memoryBytes, cpuShare, cpuWeight, pids, capabilities }: Limits, { cpuCores }: Sizing) {
  return {
    CapDrop: ['ALL'],
    CapAdd: capabilities,
    SecurityOpt: ['no-new-privileges'],
    Memory: memoryBytes,
    MemorySwap: memoryBytes,
    // Not NanoCpus: it is refused on a server that has lost cores since it was validated, or has no CFS bandwidth control.
    CpuPeriod: period,
    CpuQuota: Math.floor(period * Math.max(1, cpuCores) * cpuShare),
    CpuShares: cpuWeight,
    PidsLimit: pids,
  };
}

export type Bounds = ReturnType<typeof boundsOf>;

/**
 * PostgreSQL gets a fifth of the server's memory; Odoo's part (memoryLimitOf) is at most seven tenths, so a tenth stays for
 * the server. The official image starts as root: it makes PGDATA its own (CHOWN, FOWNER), which is another user's at the
 * second start (DAC_OVERRIDE), and goes on as postgres by way of gosu (SETUID, SETGID).
 */
export function databaseBounds(sizing: Sizing): Bounds {
  const memoryBytes = Math.floor(Math.min(8192 * mib, Math.max(384 * mib, sizing.ramTotalBytes * 0.2)));
  return boundsOf(
    {
      memoryBytes,
      cpuShare: 0.5,
      cpuWeight: 512,
      pids: 512,
      capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'],
    },
    sizing,
  );
}

/** Odoo’s image runs as `odoo` from its first process on, and needs no capability. */
export function odooBounds(memoryBytes: number, sizing: Sizing): Bounds {
  return boundsOf({ memoryBytes, cpuShare: 0.75, cpuWeight: 256, pids: 1024, capabilities: [] }, sizing);
}
