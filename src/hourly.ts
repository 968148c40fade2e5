import type { Logger } from 'pino';

const everyMs = 3600_000;

/** Sweeps at the start and then every hour. Every worker may: deleting twice harms nothing. `failed` is logged. */
export function startHourly(
  log: Logger,
  failed: string,
  sweep: (signal: AbortSignal) => Promise<unknown>,
): { stop(): Promise<void> } {
  const end = new AbortController();
  const run = async (): Promise<void> => {
    await sweep(end.signal).catch((error: unknown) => {
      if (!end.signal.aborted) log.warn({ err: error }, failed);
    });
  };
  let running = run();
  const timer = setInterval(() => {
    running = run();
  }, everyMs);
  return {
    stop: async () => {
      end.abort();
      clearInterval(timer);
      await running;
    },
  };
}
