import { z } from 'zod';
import { validationError } from '../errors.ts';
import { envVars } from './env-vars.ts';

export const mib = 1024 ** 2;

/** A number of bytes as the database keeps it. */
export const bytes = (value: number | string | null | undefined): bigint | null =>
  value === null || value === undefined ? null : BigInt(value);

const memory = z
  .number()
  .int()
  .min(128 * mib)
  .max(1024 * 1024 * mib);
const containerMemory = z
  .number()
  .int()
  .min(256 * mib)
  .max(1024 * 1024 * mib);
const cores = z.number().min(0.1).max(1024);
const processes = z.number().int().min(64).max(32768);
const seconds = z.number().int().min(10).max(86400);
export const settingsFields = {
  workers: z.number().int().min(0).max(64).nullish(),
  limitMemorySoft: memory.nullish(),
  limitMemoryHard: memory.nullish(),
  limitTimeCpu: seconds.nullish(),
  limitTimeReal: seconds.nullish(),
  maxCronThreads: z.number().int().min(0).max(16).nullish(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'critical']).nullish(),
  envVars: envVars.nullish(),
  cpuLimit: cores.nullish(),
  memoryLimit: containerMemory.nullish(),
  processLimit: processes.nullish(),
  databaseCpuLimit: cores.nullish(),
  databaseMemoryLimit: containerMemory.nullish(),
  databaseProcessLimit: processes.nullish(),
};

export function checkMemory(
  value: { limitMemorySoft?: number | null | undefined; limitMemoryHard?: number | null | undefined },
  context: z.RefinementCtx,
): void {
  if (value.limitMemorySoft && value.limitMemoryHard && value.limitMemorySoft > value.limitMemoryHard) {
    context.addIssue({
      code: 'custom',
      path: ['limitMemorySoft'],
      message: 'must not exceed limitMemoryHard',
      params: { constraint: 'max' },
    });
  }
}

type Limit = 'cpuLimit' | 'memoryLimit' | 'databaseCpuLimit' | 'databaseMemoryLimit';

/** A limit above what the server has limits nothing. */
export function checkAgainstServer(
  given: { readonly [name in Limit]?: number | null | undefined },
  server: { cpuCores: number | null; ramTotalBytes: bigint | null },
): void {
  const cpuCores = server.cpuCores ?? Number.POSITIVE_INFINITY;
  const memory = Number(server.ramTotalBytes ?? Number.POSITIVE_INFINITY);
  const bounds = [
    ['cpuLimit', cpuCores, 'CPU cores'],
    ['memoryLimit', memory, 'bytes of memory'],
    ['databaseCpuLimit', cpuCores, 'CPU cores'],
    ['databaseMemoryLimit', memory, 'bytes of memory'],
  ] as const;
  const errors = bounds.flatMap(([field, most, unit]) =>
    (given[field] ?? 0) > most
      ? [{ field, constraint: 'max', message: `${field}: the server has ${most} ${unit}` }]
      : [],
  );
  if (errors.length > 0) throw validationError(errors);
}
