import { z } from 'zod';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { notFound } from '../errors.ts';
import { databaseName, instanceResource } from '../instances/index.ts';
import { parse } from '../parse.ts';
import { ask, count, instant, reach, requireReachable } from './ask.ts';

const backends = z.array(
  z.object({
    id: z.string(),
    pid: z.int(),
    role: z.string().nullable(),
    application: z.string().nullable(),
    clientAddress: z.string().nullable(),
    startedAt: instant,
    state: z.string().nullable(),
    waitType: z.string().nullable(),
    waitEvent: z.string().nullable(),
    transactionSeconds: count.nullable(),
    querySeconds: count.nullable(),
    blockedBy: z.array(z.int()),
    query: z.string().nullable(),
  }),
);
/** With the project that decides who sees its text. */
export type DatabaseBackend = z.infer<typeof backends>[number] & { projectId: string };

/** A process number is used again; with the moment of its start it is one backend for ever. */
const backendId = "pid || '-' || (extract(epoch FROM backend_start) * 1000000)::bigint";
const secondsSince = (column: string): string => `greatest(0, extract(epoch FROM clock_timestamp() - ${column}))`;

/** The connections to the instance's database, the longest transaction first. */
export async function databaseBackends(app: App, scope: OrgScope, id: string): Promise<DatabaseBackend[]> {
  const reached = await reach(app, scope, id);
  const { projectId } = reached.instance;
  const found = await ask(
    reached,
    `SELECT coalesce(json_agg(x), '[]') FROM (
      SELECT ${backendId} AS id, pid, usename AS role, nullif(application_name, '') AS application, host(client_addr) AS "clientAddress", backend_start AS "startedAt", state,
        wait_event_type AS "waitType", wait_event AS "waitEvent", ${secondsSince('xact_start')} AS "transactionSeconds",
        CASE WHEN state = 'active' THEN ${secondsSince('query_start')} END AS "querySeconds", array_to_json(pg_blocking_pids(pid)) AS "blockedBy", nullif(left(query, 4000), '') AS query
      FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid()
      ORDER BY xact_start NULLS LAST, backend_start LIMIT 200) x;`,
    backends,
  );
  return found.map((row) => ({ ...row, projectId }));
}

const locks = z.array(
  z.object({
    pid: z.int(),
    mode: z.string(),
    type: z.string(),
    relation: z.string().nullable(),
    waitingSeconds: count.nullable(),
    blockedBy: z.array(z.int()),
  }),
);
export type DatabaseLock = z.infer<typeof locks>[number];

/** Locks that are waited for, with who holds them up. */
export async function databaseLocks(app: App, scope: OrgScope, id: string): Promise<DatabaseLock[]> {
  return ask(
    await reach(app, scope, id),
    `SELECT coalesce(json_agg(x), '[]') FROM (
      SELECT l.pid, l.mode, l.locktype AS type, CASE WHEN l.relation IS NULL THEN NULL ELSE l.relation::regclass::text END AS relation,
        ${secondsSince('a.query_start')} AS "waitingSeconds", array_to_json(pg_blocking_pids(l.pid)) AS "blockedBy"
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND a.datname = current_database()
      ORDER BY a.query_start LIMIT 200) x;`,
    locks,
  );
}

export const terminateBackendInput = z.object({
  backendId: z.string().regex(/^\d{1,10}-\d{1,20}$/, 'must be the id of a backend, as the list of backends has it'),
});

/** Ends a connection to the instance's database: that very one, and nobody who has its process number by now. */
export async function terminateDatabaseBackend(app: App, scope: OrgScope, id: string, given: unknown) {
  const input = parse(terminateBackendInput, given);
  const reached = await reach(app, scope, id);
  const { instance } = reached;
  requireReachable(instance);
  const found = `FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = '${databaseName(instance.slug)}' AND pid <> pg_backend_pid() AND ${backendId} = '${input.backendId}'`;
  const known = await ask(
    reached,
    `SELECT coalesce(json_agg(usename), '[]') ${found};`,
    z.array(z.string().nullable()),
  );
  if (known.length === 0) throw notFound('backend', input.backendId);
  // Before it is done: what nobody can undo is never without its entry.
  await mutate(app, scope, ({ record }) =>
    record({
      action: 'database.backend_terminated',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { backend: input.backendId, role: known[0] ?? null },
    }),
  );
  await ask(reached, `SELECT coalesce(json_agg(pg_terminate_backend(pid)), '[]') ${found};`, z.array(z.boolean()));
  return { backendId: input.backendId };
}
