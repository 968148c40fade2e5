import type { OrgScope } from '../src/access/scope.ts';
import { getOperation, type OperationLogFilter, operationLogs } from '../src/operations/service.ts';
import { builder } from './builder.ts';
import { type Context, orgScope } from './context.ts';
import { ended } from './operation.ts';
import { endable, watchUntil } from './watch.ts';

const OperationLogLine = builder
  .objectRef<{ seq: number; step: string; level: string; message: string; at: Date }>('OperationLogLine')
  .implement({
    description: 'One line of an operation’s log.',
    fields: (t) => ({
      seq: t.exposeInt('seq', { description: 'Its number within the operation, in ascending order. Resume after it.' }),
      step: t.exposeString('step', { description: 'The step that wrote it.' }),
      level: t.exposeString('level', { description: 'debug, info, warning or error.' }),
      message: t.exposeString('message', { description: 'The line.' }),
      at: t.expose('at', { type: 'DateTime', description: 'When it was written.' }),
    }),
  });

const filters = builder.args((t) => ({
  search: t.string({ description: 'Only lines with this text.' }),
  startDate: t.field({ type: 'DateTime', description: 'Only lines that were written at or after this time.' }),
  endDate: t.field({ type: 'DateTime', description: 'Only lines that were written before this time.' }),
}));

builder.queryFields((t) => ({
  operationLogs: t.field({
    type: [OperationLogLine],
    authScopes: { permission: 'view:operations' },
    description: 'The log of an operation so far, at most 500 lines at a time.',
    args: {
      id: t.arg.id({ required: true, description: 'The operation.' }),
      after: t.arg.int({ defaultValue: 0, description: 'Only lines after this `seq`.' }),
      ...filters,
    },
    resolve: (_root, { id, after, ...filter }, context) => operationLogs(orgScope(context), id, after ?? 0, filter),
  }),
}));

builder.subscriptionFields((t) => ({
  operationLogs: t.field({
    type: OperationLogLine,
    authScopes: { permission: 'view:operations' },
    description:
      'The log lines of an operation after `after`, each exactly once. In a very long log the middle is cut; a line states this.',
    args: {
      id: t.arg.id({ required: true, description: 'The operation.' }),
      after: t.arg.int({ defaultValue: 0, description: 'The last `seq` that the client has.' }),
      ...filters,
    },
    subscribe: async (_root, { id, after, ...filter }, context) => {
      // What is wrong with the filter is said before the stream begins.
      await operationLogs(orgScope(context), id, after ?? 0, filter, 1);
      return endable((signal) => followLogs(signal, context, id, after ?? 0, filter));
    },
    resolve: (line: { seq: number; step: string; level: string; message: string; at: Date }) => line,
  }),
}));

async function* followLogs(
  signal: AbortSignal,
  context: Context,
  id: string,
  after: number,
  filter: OperationLogFilter,
) {
  let last = after;
  const read = async (scope: OrgScope) => {
    // Whether it has ended is asked first: lines that come in between are then still read.
    const done = ended(await getOperation(scope, id));
    const lines = [];
    for (;;) {
      const batch = await operationLogs(scope, id, last, filter);
      lines.push(...batch);
      last = batch.at(-1)?.seq ?? last;
      if (batch.length < 500) return { lines, done };
    }
  };
  const watched = watchUntil(signal, context, {
    permission: 'view:operations',
    topics: [`operation:${id}`, `logs:${id}`],
    read,
    isLast: (batch) => batch.done,
  });
  for await (const { lines } of watched) yield* lines;
  return undefined;
}
