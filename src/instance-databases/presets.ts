import type { DatabaseSettings } from '../instances/index.ts';
import { inUnits } from './parameter.ts';

export const storages = ['ssd', 'san', 'hdd'] as const;
export type Storage = (typeof storages)[number];
export const presetNames = ['odoo', 'web', 'oltp', 'data_warehouse', 'mixed'] as const;
export type PresetName = (typeof presetNames)[number];

interface Machine {
  memoryBytes: number;
  cores: number;
  storage: Storage;
}

/** What pgtune knows of each kind of use. */
interface Use {
  connections: number;
  /** The part of the memory for maintenance. */
  maintenance: number;
  minWal: string;
  maxWal: string;
  statistics: number;
  /** The part of what is left for each sort. */
  work: number;
  description: string;
}

const web: Use = {
  connections: 200,
  maintenance: 16,
  minWal: '1GB',
  maxWal: '4GB',
  statistics: 100,
  work: 1,
  description: 'Many short statements.',
};
const uses: Readonly<Record<PresetName, Use>> = {
  odoo: {
    ...web,
    connections: 100,
    description: 'Odoo: short statements of pooled connections, and reports now and then.',
  },
  web,
  oltp: { ...web, connections: 300, minWal: '2GB', maxWal: '8GB', description: 'Very many writes.' },
  data_warehouse: {
    connections: 40,
    maintenance: 8,
    minWal: '4GB',
    maxWal: '16GB',
    statistics: 500,
    work: 2,
    description: 'Few long statements.',
  },
  mixed: { ...web, connections: 100, work: 2, description: 'Short statements beside long ones.' },
};

const disks = {
  ssd: { random: '1.1', concurrency: '200' },
  san: { random: '1.1', concurrency: '300' },
  hdd: { random: '4', concurrency: '2' },
};
const gib = 1024 * 1024;

/** The formulas of pgtune (le0pard/pgtune), with the memory and the cores of the container in place of a machine's. */
export function presetFor(name: PresetName, { memoryBytes, cores, storage }: Machine): DatabaseSettings {
  const use = uses[name];
  const total = Math.floor(memoryBytes / 1024);
  const buffers = Math.floor(total / 4);
  const processes = Math.max(4, Math.floor(cores));
  const workers = cores >= 4 ? processes : 8;
  const most = name === 'data_warehouse' ? Number.POSITIVE_INFINITY : 4;
  const helpers = Math.min(most, Math.ceil(cores / 2));
  const share = Math.floor((total - buffers) / ((use.connections + workers) * 3) / use.work);
  const wal = Math.floor(buffers * 0.03);
  const kilobytes = (value: number): string => inUnits(value >= 1024 ? Math.floor(value / 1024) * 1024 : value, 'kB');
  return {
    max_connections: String(use.connections),
    shared_buffers: kilobytes(buffers),
    effective_cache_size: kilobytes(buffers * 3),
    maintenance_work_mem: kilobytes(Math.min(2 * gib, Math.max(16 * 1024, Math.floor(total / use.maintenance)))),
    checkpoint_completion_target: '0.9',
    // Near a segment it is a whole one.
    wal_buffers: kilobytes(wal > 14 * 1024 ? 16 * 1024 : Math.max(32, wal)),
    default_statistics_target: String(use.statistics),
    random_page_cost: disks[storage].random,
    effective_io_concurrency: disks[storage].concurrency,
    // Odoo’s sorts need PostgreSQL’s own 4 MB at least, and most of its connections idle.
    work_mem: kilobytes(Math.max(name === 'odoo' ? 4096 : 64, share)),
    huge_pages: total >= 32 * gib ? 'try' : 'off',
    min_wal_size: use.minWal,
    max_wal_size: use.maxWal,
    ...(name === 'odoo' ? { jit: 'off' } : {}),
    ...(cores >= 4
      ? {
          max_worker_processes: String(processes),
          max_parallel_workers: String(processes),
          max_parallel_workers_per_gather: String(helpers),
          max_parallel_maintenance_workers: String(Math.min(4, Math.ceil(cores / 2))),
        }
      : {}),
  };
}

export function presetsFor(machine: Machine) {
  return presetNames.map((name) => ({
    name,
    description: uses[name].description,
    parameters: Object.entries(presetFor(name, machine)).map(([parameter, value]) => ({ name: parameter, value })),
  }));
}
