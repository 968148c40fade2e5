import { type Parameter, parameter } from './parameter.ts';

const kb = 1;
const mb = 1024 * kb;
const gb = 1024 * mb;
const restart = { needsRestart: true } as const;

/**
 * The parameters that may be chosen: those that every supported release of PostgreSQL has, that can neither lose data nor
 * open the server, and that take effect for Odoo. Memory counts in kB, times in milliseconds.
 */
export const parameters: readonly Parameter[] = [
  parameter(
    'shared_buffers',
    'memory',
    { kind: 'memory', min: 16 * mb, max: 256 * gb, ...restart },
    'The memory that PostgreSQL keeps pages of tables and indexes in.',
  ),
  parameter(
    'effective_cache_size',
    'memory',
    { kind: 'memory', min: 8 * kb, max: 1024 * gb },
    'What the planner takes to be cached in all, by PostgreSQL and the kernel. It reserves nothing.',
  ),
  parameter(
    'work_mem',
    'memory',
    { kind: 'memory', min: 64 * kb, max: 16 * gb },
    'The memory of each sort or hash table of a statement, before it writes to disk. A statement can have several.',
  ),
  parameter(
    'maintenance_work_mem',
    'memory',
    { kind: 'memory', min: mb, max: 16 * gb },
    'The memory of VACUUM, CREATE INDEX and the like.',
  ),
  parameter(
    'wal_buffers',
    'memory',
    { kind: 'memory', min: 32 * kb, max: gb, ...restart },
    'The memory of write-ahead log that is not written yet.',
  ),
  parameter(
    'huge_pages',
    'memory',
    { kind: 'choice', options: ['off', 'try', 'on'], ...restart },
    'Whether the shared memory lies in huge pages. With `on` PostgreSQL does not start where the server has none.',
  ),
  parameter(
    'max_connections',
    'connections',
    { kind: 'integer', min: 20, max: 2000, ...restart },
    'How many connections there can be. Each Odoo process opens up to `db_maxconn` (64).',
  ),
  parameter(
    'max_locks_per_transaction',
    'connections',
    { kind: 'integer', min: 10, max: 8192, ...restart },
    'The places of the lock table for each connection. Dumps of databases with very many tables need more.',
  ),
  parameter(
    'idle_in_transaction_session_timeout',
    'connections',
    { kind: 'time', min: 0, max: 86_400_000 },
    'A connection that idles in a transaction for longer is ended; 0 for never. Odoo’s long jobs idle while they compute.',
  ),
  parameter(
    'min_wal_size',
    'wal',
    { kind: 'memory', min: 32 * mb, max: 64 * gb },
    'As much write-ahead log is kept for reuse.',
  ),
  parameter(
    'max_wal_size',
    'wal',
    { kind: 'memory', min: 64 * mb, max: 256 * gb },
    'A checkpoint comes when so much write-ahead log was written.',
  ),
  parameter(
    'checkpoint_timeout',
    'wal',
    { kind: 'time', min: 30_000, max: 86_400_000 },
    'A checkpoint comes after this time at the latest.',
  ),
  parameter(
    'checkpoint_completion_target',
    'wal',
    { kind: 'number', min: 0, max: 1 },
    'Over which part of the time between checkpoints one is spread.',
  ),
  parameter(
    'wal_compression',
    'wal',
    { kind: 'boolean' },
    'Whether pages in the write-ahead log are compressed: less is written, for some processor time.',
  ),
  parameter(
    'random_page_cost',
    'planner',
    { kind: 'number', min: 0.1, max: 100 },
    'What the planner takes a random page to cost, against 1 for one in sequence: 1.1 for SSDs, 4 for disks.',
  ),
  parameter(
    'effective_io_concurrency',
    'planner',
    { kind: 'integer', min: 0, max: 1000 },
    'How many reads the storage does at the same time: about 200 for SSDs, 2 for disks.',
  ),
  parameter(
    'default_statistics_target',
    'planner',
    { kind: 'integer', min: 1, max: 10_000 },
    'How much ANALYZE keeps of each column.',
  ),
  parameter(
    'jit',
    'planner',
    { kind: 'boolean' },
    'Whether expensive statements are compiled. Odoo’s many short ones are often faster without.',
  ),
  parameter(
    'max_worker_processes',
    'parallel',
    { kind: 'integer', min: 4, max: 256, ...restart },
    'How many background processes there can be.',
  ),
  parameter(
    'max_parallel_workers',
    'parallel',
    { kind: 'integer', min: 0, max: 256 },
    'How many of them work for statements at the same time.',
  ),
  parameter(
    'max_parallel_workers_per_gather',
    'parallel',
    { kind: 'integer', min: 0, max: 64 },
    'How many of them help one part of a statement.',
  ),
  parameter(
    'max_parallel_maintenance_workers',
    'parallel',
    { kind: 'integer', min: 0, max: 64 },
    'How many of them help CREATE INDEX and VACUUM.',
  ),
  parameter(
    'autovacuum_max_workers',
    'autovacuum',
    { kind: 'integer', min: 1, max: 32, ...restart },
    'How many tables are vacuumed at the same time.',
  ),
  parameter(
    'autovacuum_naptime',
    'autovacuum',
    { kind: 'time', min: 1000, max: 3_600_000 },
    'How often each database is looked through for work.',
  ),
  parameter(
    'autovacuum_vacuum_scale_factor',
    'autovacuum',
    { kind: 'number', min: 0, max: 1 },
    'A table is vacuumed when this part of its rows is dead.',
  ),
  parameter(
    'autovacuum_analyze_scale_factor',
    'autovacuum',
    { kind: 'number', min: 0, max: 1 },
    'A table is analysed when this part of its rows has changed.',
  ),
  parameter(
    'autovacuum_vacuum_cost_limit',
    'autovacuum',
    { kind: 'integer', min: -1, max: 10_000 },
    'How much autovacuum does between two pauses; -1 for `vacuum_cost_limit`.',
  ),
  parameter(
    'log_min_duration_statement',
    'logging',
    { kind: 'time', min: -1, max: 86_400_000 },
    'Statements that take longer are in the log, with their values; -1 for none.',
  ),
  parameter(
    'log_lock_waits',
    'logging',
    { kind: 'boolean' },
    'Whether waits for locks beyond `deadlock_timeout` are in the log.',
  ),
  parameter(
    'log_temp_files',
    'logging',
    { kind: 'memory', min: -1, max: 1024 * gb },
    'Temporary files of this size and more are in the log; -1 for none.',
  ),
  parameter('track_io_timing', 'logging', { kind: 'boolean' }, 'Whether the time of reads and writes is measured.'),
];

const byName: ReadonlyMap<string, Parameter> = new Map(parameters.map((one) => [one.name, one]));

export const parameterOf = (name: string): Parameter | undefined => byName.get(name);
