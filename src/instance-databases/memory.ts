import type { FieldError } from '../errors.ts';
import type { DatabaseSettings } from '../instances/index.ts';
import { inUnits, numberIn } from './parameter.ts';

/** What PostgreSQL has where nothing is set; shared_buffers are always set. */
const usual = { max_connections: 100, max_locks_per_transaction: 64, work_mem: 4096, maintenance_work_mem: 65_536 };
/** What one place of the lock table takes, in kB, with all that belongs to it. */
const lockKb = 0.4;

/** What of these settings does not fit into the memory of the container, so that the kernel would end PostgreSQL. */
export function memoryErrors(settings: DatabaseSettings, memoryBytes: number): FieldError[] {
  const limit = Math.floor(memoryBytes / 1024);
  const read = (name: keyof typeof usual): number => numberIn(settings[name] ?? '', 'kB') ?? usual[name];
  const buffers = numberIn(settings['shared_buffers'] ?? '', 'kB') ?? Math.floor(limit / 4);
  const error = (field: string, what: string, needed: number): FieldError => ({
    field,
    constraint: 'memory',
    message: `${what} takes ${inUnits(Math.ceil(needed / 1024) * 1024, 'kB')}; PostgreSQL’s container has ${inUnits(Math.floor(limit / 1024) * 1024, 'kB')}. Choose less, or raise databaseMemoryLimit of the instance`,
  });
  if (buffers > limit * 0.6) return [error('shared_buffers', 'shared_buffers, which may take six tenths,', buffers)];
  const locks = read('max_connections') * read('max_locks_per_transaction') * lockKb;
  if (buffers + locks > limit * 0.8)
    return [error('max_locks_per_transaction', 'The lock table with shared_buffers', buffers + locks)];
  if (read('work_mem') > limit / 4)
    return [error('work_mem', 'work_mem, of which one may take a quarter,', read('work_mem'))];
  if (read('maintenance_work_mem') > limit / 2)
    return [error('maintenance_work_mem', 'maintenance_work_mem, which may take half,', read('maintenance_work_mem'))];
  return [];
}
