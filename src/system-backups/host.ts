import type { App } from '../app.ts';

/** What a backup needs of the program: the command has no gateway and no queue. */
export type Host = Pick<App, 'config' | 'db' | 'secrets' | 'log'>;

export const filePrefix = 'ocore-';

/** Sorts by time; the id tells two of one second apart. */
export const fileName = (id: string, at: Date): string =>
  `${filePrefix}${at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '')}-${id.slice(-12)}.age`;
