import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { type ContainerLine, containerLogs } from '../remote/index.ts';
import { connectServer } from '../servers/index.ts';
import { getInstance } from './list.ts';
import { LogLevels, type LogSource } from './log-levels.ts';
import { namesOf } from './names.ts';

/** How many of the newest lines may be asked for at once. */
export const logLinesInput = z.object({ lines: z.int().min(1).max(1000) });

export interface InstanceLogLine {
  at: Date | null;
  level: string;
  message: string;
}

/** So many lines before the first one that is given tell its level, where it is in the middle of a traceback. */
const context = 200;

/** The newest lines of one of the instance's containers, oldest first; with `follow`, then every new one. */
export async function* instanceLogs(
  app: App,
  scope: OrgScope,
  id: string,
  options: { source: LogSource; tail: number; follow: boolean; signal?: AbortSignal },
): AsyncGenerator<InstanceLogLine> {
  const { source, tail, follow, signal } = options;
  const instance = await getInstance(scope, id);
  const names = namesOf(instance.id);
  const { docker } = await connectServer(app, scope.orgId, instance.serverId, signal, follow ? 'logs' : 'looking');
  const container = source === 'odoo' ? names.odoo : names.database;
  const cancel = signal ? { signal } : {};
  const levels = new LogLevels(source);
  const told = (line: ContainerLine): InstanceLogLine => ({ at: line.at, level: levels.of(line), message: line.line });
  const recent: InstanceLogLine[] = [];
  let last: ContainerLine | undefined;
  let atLast = 0;
  try {
    for await (const line of containerLogs(docker, container, { follow: false, tail: tail + context, ...cancel })) {
      recent.push(told(line));
      atLast = line.stamp === last?.stamp ? atLast + 1 : 1;
      last = line;
    }
  } catch (error) {
    // Whoever follows until they have enough is not told an error for it.
    if (follow && signal?.aborted) return;
    throw error;
  }
  yield* recent.splice(Math.max(0, recent.length - tail));
  recent.length = 0;
  if (!follow) return;
  const since = last?.at ? { since: last.at } : {};
  for await (const line of containerLogs(docker, container, { follow: true, ...since, ...cancel })) {
    // What was given already, by the engine's own time; the pieces of one long line have the same.
    if (last && line.stamp < last.stamp) continue;
    if (last && line.stamp === last.stamp && atLast > 0) atLast -= 1;
    else yield told(line);
  }
}
