import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type Period, periodOf, textFilter } from '../lists.ts';
import { type ContainerLine, containerLogs, type LogOptions } from '../remote/index.ts';
import { connectServer } from '../servers/index.ts';
import { getInstance } from './list.ts';
import { LogLevels, type LogSource } from './log-levels.ts';
import { cursorOf, isAfter, type LogPlace, Places, placeOf } from './log-place.ts';
import { namesOf } from './names.ts';

/** How many of the newest lines may be asked for at once. */
export const logLinesInput = z.object({ lines: z.int().min(1).max(1000) });

export interface InstanceLogLine {
  at: Date | null;
  level: string;
  message: string;
  cursor: string | null;
}

export interface LogFilter extends Period {
  after?: string | null | undefined;
  search?: string | null | undefined;
}

/** Which lines are wanted, after which one. */
export interface WantedLines {
  after: LogPlace | undefined;
  /** Only lines from then on need to be read. */
  since: Date | undefined;
  narrowed: boolean;
  has: (line: InstanceLogLine) => boolean;
}

/** So many lines, or so long, before the first one that is given tell its level, where it is in the middle of a traceback. */
const context = { lines: 200, ms: 5000 };
/** How far back a text is looked for. */
const searched = 20_000;

/** Throws for what is no filter. */
export function wantedLines(filter: LogFilter): WantedLines {
  const after = placeOf(filter.after);
  const search = textFilter('search', filter.search)?.toLowerCase();
  const { gte, lt } = periodOf(filter) ?? {};
  const from = Math.max(gte?.getTime() ?? 0, after ? Date.parse(after.stamp) : 0);
  return {
    after,
    since: from > 0 ? new Date(from - context.ms) : undefined,
    narrowed: after !== undefined || search !== undefined || gte !== undefined || lt !== undefined,
    has: ({ at, message }) =>
      (search === undefined || message.toLowerCase().includes(search)) &&
      (gte === undefined || (at !== null && at >= gte)) &&
      (lt === undefined || (at !== null && at < lt)),
  };
}

/** The newest of the wanted lines of one of the instance's containers, oldest first; after a line, the next ones. With `follow`, then every new one. */
export async function* instanceLogs(
  app: App,
  scope: OrgScope,
  id: string,
  options: { source: LogSource; tail: number; follow: boolean; wanted: WantedLines; signal?: AbortSignal },
): AsyncGenerator<InstanceLogLine> {
  const { source, tail, follow, wanted, signal } = options;
  const instance = await getInstance(scope, id);
  const names = namesOf(instance.id);
  const { docker } = await connectServer(app, scope.orgId, instance.serverId, signal, follow ? 'logs' : 'looking');
  const container = source === 'odoo' ? names.odoo : names.database;
  const levels = new LogLevels(source);
  let last = wanted.after;
  let lastAt = wanted.since;
  const read = async function* (how: LogOptions) {
    const places = new Places();
    for await (const line of containerLogs(docker, container, signal ? { ...how, signal } : how)) {
      const place = places.of(line);
      // Told in any case: what comes before the wanted lines says what level they have.
      yield { line, place, told: toldOf(line, levels.of(line), place) };
    }
  };
  // Whoever follows after a line wants every one since, however many they are.
  if (!follow || !wanted.after) {
    const since = wanted.since ? { since: wanted.since } : {};
    const newest = wanted.narrowed ? (wanted.since ? {} : { tail: searched }) : { tail: tail + context.lines };
    const found: InstanceLogLine[] = [];
    try {
      for await (const { line, place, told } of read({ follow: false, ...since, ...newest })) {
        last = place;
        lastAt = line.at ?? undefined;
        if (!wanted.has(told) || (wanted.after && !isAfter(place, wanted.after))) continue;
        found.push(told);
        if (wanted.after && found.length === tail) break;
        if (found.length > tail) found.shift();
      }
    } catch (error) {
      // Whoever follows until they have enough is not told an error for it.
      if (follow && signal?.aborted) return;
      throw error;
    }
    yield* found;
  }
  if (!follow) return;
  // What was given already, by the engine's own time.
  for await (const { place, told } of read({ follow: true, ...(lastAt ? { since: lastAt } : {}) }))
    if ((!last || isAfter(place, last)) && wanted.has(told)) yield told;
}

function toldOf({ at, line }: ContainerLine, level: string, place: LogPlace): InstanceLogLine {
  return { at, level, message: line, cursor: cursorOf(place) };
}
