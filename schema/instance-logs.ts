import { getInstance, instanceLogs, logLinesInput, wantedLines } from '../src/instances/index.ts';
import { parse } from '../src/parse.ts';
import { builder } from './builder.ts';
import { orgScope } from './context.ts';
import { idArg } from './instance.ts';
import { whileAllowed } from './watch.ts';

const LogSource = builder.enumType('InstanceLogSource', {
  description: 'Which log.',
  values: { odoo: { description: 'The log of Odoo.' }, postgres: { description: 'The log of PostgreSQL.' } } as const,
});

const InstanceLogLine = builder
  .objectRef<{ at: Date | null; level: string; message: string; cursor: string | null }>('InstanceLogLine')
  .implement({
    description: 'One line of a container’s log.',
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', nullable: true, description: 'When it was written.' }),
      level: t.exposeString('level', { description: 'debug, info, warning, error or critical.' }),
      message: t.exposeString('message', { description: 'The line.' }),
      cursor: t.exposeString('cursor', {
        nullable: true,
        description: 'Its place in the log; null if the engine does not report when it was written. Resume after it.',
      }),
    }),
  });

const filters = builder.args((t) => ({
  source: t.field({ type: LogSource, defaultValue: 'odoo', description: 'Which log.' }),
  after: t.string({ description: 'Only lines after the line with this `cursor`.' }),
  search: t.string({ description: 'Only lines with this text.' }),
  startDate: t.field({ type: 'DateTime', description: 'Only lines that were written at or after this time.' }),
  endDate: t.field({ type: 'DateTime', description: 'Only lines that were written before this time.' }),
}));

builder.queryFields((t) => ({
  instanceLogs: t.field({
    type: [InstanceLogLine],
    authScopes: { permission: 'view:instances' },
    description:
      'The newest lines of a container’s log, oldest first; with `after`, the first lines after that one. A search without `after` or `startDate` covers the newest 20,000 lines.',
    args: {
      id: t.arg.id(idArg),
      lines: t.arg.int({ defaultValue: 200, description: 'How many lines, 1 to 1000.' }),
      ...filters,
    },
    resolve: (_root, { id, source, lines, ...filter }, context) =>
      Array.fromAsync(
        instanceLogs(context.app, orgScope(context), id, {
          source: source ?? 'odoo',
          tail: parse(logLinesInput, { lines: lines ?? 200 }).lines,
          follow: false,
          wanted: wantedLines(filter),
        }),
      ),
  }),
}));

builder.subscriptionFields((t) => ({
  instanceLogs: t.field({
    type: InstanceLogLine,
    authScopes: { permission: 'view:instances' },
    description:
      'The newest lines of a container’s log, then every new line. With `after`, every line after that one: no line is missed or repeated.',
    args: {
      id: t.arg.id(idArg),
      lines: t.arg.int({ defaultValue: 100, description: 'How many existing lines to send first, up to 1000.' }),
      ...filters,
    },
    subscribe: async (_root, { id, source, lines, ...filter }, context) => {
      const tail = Math.min(1000, Math.max(0, lines ?? 100));
      const options = { source: source ?? 'odoo', tail, follow: true, wanted: wantedLines(filter) };
      const scope = orgScope(context);
      await getInstance(scope, id);
      return whileAllowed(
        context,
        'view:instances',
        (now) => getInstance(now, id),
        (signal) => instanceLogs(context.app, scope, id, { ...options, signal }),
      );
    },
    resolve: (line: { at: Date | null; level: string; message: string; cursor: string | null }) => line,
  }),
}));
