import { readFileSync } from 'node:fs';

function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) * 1024;
}

/** Watches how much memory a process holds, until it is stopped. */
export class MemoryWatch {
  readonly before: number;
  peak: number;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.before = residentBytes(pid);
    this.peak = this.before;
    this.#timer = setInterval(() => {
      try {
        this.peak = Math.max(this.peak, residentBytes(pid));
      } catch {
        // The process is gone; whoever watches it sees that elsewhere.
      }
    }, 100);
  }

  /** In MB. */
  get growth(): number {
    return Math.round((this.peak - this.before) / 1e6);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
