import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server in a process of its own, so that it shares its event loop with nobody. */
export async function startChild(
  script: string,
  env: Record<string, string>,
  ready: (line: string) => string | undefined,
): Promise<{ found: string; process: ChildProcess; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('The child has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = ready(line);
    if (found !== undefined) {
      child.stdout.resume();
      const ended = once(child, 'exit');
      return {
        found,
        process: child,
        stop: async () => {
          child.kill();
          await ended;
        },
      };
    }
  }
  throw new Error(`${script} ended before it was ready`);
}
