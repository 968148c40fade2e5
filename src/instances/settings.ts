import { z } from 'zod';
import { envVars } from './env-vars.ts';

export const mib = 1024 ** 2;
const memory = z
  .number()
  .int()
  .min(128 * mib)
  .max(1024 * 1024 * mib);
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
