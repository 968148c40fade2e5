import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { containerLogs } from '../remote/index.ts';
import { connectServer } from '../servers/index.ts';
import { getInstance } from './list.ts';
import { namesOf } from './names.ts';

export type LogSource = 'odoo' | 'postgres';

export interface InstanceLogLine {
  at: Date | null;
  level: string;
  message: string;
}

const odooLevel = /^\S+ \S+ \d+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) /;
const postgresLevel = /\b(DEBUG\d?|LOG|NOTICE|WARNING|ERROR|FATAL|PANIC):/;

function levelOf(source: LogSource, line: string): string {
  const found = (source === 'odoo' ? odooLevel : postgresLevel).exec(line)?.[1] ?? 'INFO';
  return (
    { LOG: 'info', NOTICE: 'info', FATAL: 'critical', PANIC: 'critical' }[found] ??
    found.toLowerCase().replace(/\d$/, '')
  );
}

/** The newest lines of one of the instance's containers, oldest first; with `follow`, then every new one. */
export async function* instanceLogs(
  app: App,
  scope: OrgScope,
  id: string,
  options: { source: LogSource; tail: number; follow: boolean; signal?: AbortSignal },
): AsyncGenerator<InstanceLogLine> {
  const instance = await getInstance(scope, id);
  const names = namesOf(instance.id);
  const use = options.follow ? 'logs' : 'looking';
  const host = await connectServer(app, scope.orgId, instance.serverId, options.signal, use);
  const container = options.source === 'odoo' ? names.odoo : names.database;
  for await (const { at, line } of containerLogs(host.docker, container, options))
    yield { at, level: levelOf(options.source, line), message: line };
}
