import type { BaseBackup } from '../../prisma/generated/client/client.ts';

/** Every moment between both can be restored. */
export interface Range {
  from: Date;
  to: Date;
}

/** What base backups reach with their changes, joined where the next begins before one ends; the oldest first. */
export function rangesOf(bases: readonly Pick<BaseBackup, 'consistentAt' | 'newestAt'>[]): Range[] {
  const ranges: Range[] = [];
  const sorted = [...bases].sort((one, other) => one.consistentAt.getTime() - other.consistentAt.getTime());
  for (const { consistentAt: from, newestAt: to } of sorted) {
    const last = ranges.at(-1);
    if (!last || from > last.to) ranges.push({ from, to });
    else if (to > last.to) last.to = to;
  }
  return ranges;
}

export const shown = (ranges: readonly Range[]): string =>
  ranges.length === 0
    ? 'nothing yet; wait for the first base backup'
    : ranges.map(({ from, to }) => `${from.toISOString()} to ${to.toISOString()}`).join(', ');
