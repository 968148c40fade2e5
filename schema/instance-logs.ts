import { getInstance, instanceLogs, logLinesInput } from '../src/instances/index.ts';
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
  .objectRef<{ at: Date | null; level: string; message: string }>('InstanceLogLine')
  .implement({
    description: 'One line of a container’s log.',
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', nullable: true, description: 'When it was written.' }),
      level: t.exposeString('level', { description: 'debug, info, warning, error or critical.' }),
      message: t.exposeString('message', { description: 'The line.' }),
    }),
  });

builder.queryFields((t) => ({
  instanceLogs: t.field({
    type: [InstanceLogLine],
    authScopes: { permission: 'view:instances' },
    description: 'The newest lines of a container’s log, oldest first.',
    args: {
      id: t.arg.id(idArg),
      source: t.arg({ type: LogSource, defaultValue: 'odoo', description: 'Which log.' }),
      lines: t.arg.int({ defaultValue: 200, description: 'How many lines, 1 to 1000.' }),
    },
    resolve: (_root, { id, source, lines }, context) =>
      Array.fromAsync(
        instanceLogs(context.app, orgScope(context), id, {
          source: source ?? 'odoo',
          tail: parse(logLinesInput, { lines: lines ?? 200 }).lines,
          follow: false,
        }),
      ),
  }),
}));

builder.subscriptionFields((t) => ({
  instanceLogs: t.field({
    type: InstanceLogLine,
    authScopes: { permission: 'view:instances' },
    description: 'The newest lines of a container’s log, then every new line.',
    args: {
      id: t.arg.id(idArg),
      source: t.arg({ type: LogSource, defaultValue: 'odoo', description: 'Which log.' }),
      lines: t.arg.int({ defaultValue: 100, description: 'How many existing lines to send first, up to 1000.' }),
    },
    subscribe: (_root, { id, source, lines }, context) => {
      const options = { source: source ?? 'odoo', tail: Math.min(1000, Math.max(0, lines ?? 100)), follow: true };
      const scope = orgScope(context);
      return whileAllowed(
        context,
        'view:instances',
        (now) => getInstance(now, id),
        (signal) => instanceLogs(context.app, scope, id, { ...options, signal }),
      );
    },
    resolve: (line: { at: Date | null; level: string; message: string }) => line,
  }),
}));
