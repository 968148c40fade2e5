import type { ForwardedEntry } from './entries.ts';

/** Where entries are forwarded to. */
export interface Receiver {
  readonly name: 'syslog' | 'http';
  /** Ends when the receiver has them all; throws otherwise. */
  send(entries: readonly ForwardedEntry[], signal: AbortSignal): Promise<void>;
}
