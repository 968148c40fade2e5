import { z } from 'zod';
import { validationError } from '../errors.ts';
import type { ContainerLine } from '../remote/index.ts';

/** Where a line is in its log: when the engine says that it was written, and which of the lines of that time it is. */
export interface LogPlace {
  stamp: string;
  nth: number;
}

const shape = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z)\/(\d{1,6})$/;

export const logCursor = z.string().max(64).regex(shape);

/** What a client resumes with; null where the engine does not say when the line was written. */
export const cursorOf = ({ stamp, nth }: LogPlace): string | null => (stamp === '' ? null : `${stamp}/${nth}`);

export function placeOf(cursor: string | null | undefined): LogPlace | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const [, stamp = '', nth = ''] = shape.exec(cursor) ?? [];
  if (!Number.isNaN(Date.parse(stamp))) return { stamp, nth: Number(nth) };
  throw validationError([
    { field: 'after', constraint: 'cursor', message: 'after must be the `cursor` of a line of this log' },
  ]);
}

export const isAfter = (place: LogPlace, other: LogPlace): boolean =>
  place.stamp > other.stamp || (place.stamp === other.stamp && place.nth > other.nth);

/** Tells the places of lines that are read in order. The pieces of one long line have the same time. */
export class Places {
  #last: LogPlace = { stamp: '', nth: 0 };

  of({ stamp }: ContainerLine): LogPlace {
    this.#last = { stamp, nth: stamp === this.#last.stamp ? this.#last.nth + 1 : 1 };
    return this.#last;
  }
}
