import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError } from '../errors.ts';
import { databaseName, instanceResource, namesOf } from '../instances/index.ts';
import { parse } from '../parse.ts';
import { execInContainer, RemoteError } from '../remote/index.ts';
import { type Reached, reach, refusalIn, run } from './ask.ts';
import { csvRecords } from './csv.ts';

/** May read every table, and nothing else; has no password, so that it is only reached inside the container. */
const role = 'ocore_console';
const maxBytes = 2 * 1024 * 1024;
const batch = 100;
const longestValue = 65_536;

export const queryDatabaseInput = z.object({
  sql: z.string().min(1).max(20_000),
  maxRows: z.int().min(1).max(1000).nullish(),
  timeoutSeconds: z.int().min(1).max(60).nullish(),
});

const roleMade = `
DO $$ BEGIN
  IF current_setting('server_version_num')::int < 140000 THEN RAISE EXCEPTION 'The console needs PostgreSQL 14' USING ERRCODE = '0A000'; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${role}') THEN
    CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 5;
    GRANT pg_read_all_data TO ${role};
    ALTER ROLE ${role} SET default_transaction_read_only = on;
    ALTER ROLE ${role} SET temp_file_limit = '1GB';
  END IF;
END $$;`;

/**
 * What psql is told. Of the statement it sees hexadecimal digits only: its own commands cannot be in it. The server opens
 * it as a cursor, which it does with one statement that gives rows, and with nothing else: no COMMIT, no COPY, no DO.
 */
function scriptOf(sql: string, { mark, rows, ms }: { mark: string; rows: number; ms: number }): string {
  const limit = `SET LOCAL statement_timeout = ${ms};`;
  const counts = Array.from({ length: Math.ceil(rows / batch) }, (_, index) => Math.min(batch, rows - index * batch));
  return [
    '\\pset format csv',
    `\\pset null ${mark}`,
    'BEGIN TRANSACTION READ ONLY;',
    limit,
    `DO $ocore$ DECLARE opened refcursor := 'ocore'; BEGIN OPEN opened FOR EXECUTE convert_from(decode('${Buffer.from(sql, 'utf8').toString('hex')}', 'hex'), 'UTF8'); END $ocore$;`,
    `\\echo ${mark}`,
    'FETCH FORWARD 0 FROM ocore \\gdesc',
    `\\echo ${mark}`,
    '\\pset tuples_only on',
    // The statement may have changed the limit for what comes after it.
    ...counts.flatMap((count) => [limit, `FETCH FORWARD ${count} FROM ocore;`]),
    'ROLLBACK;',
    '',
  ].join('\n');
}

const shortened = (value: string): string =>
  value.length > longestValue ? `${value.slice(0, longestValue - 1).toWellFormed()}…` : value;

export interface QueryResult {
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
  rowCount: number;
  truncated: boolean;
  durationMs: number;
}

function resultIn(stdout: string, mark: string, maxRows: number): Omit<QueryResult, 'durationMs'> {
  const [described, fetched] = partsOf(stdout, mark);
  const columns = csvRecords(described)
    .slice(1)
    .map(([name = '', type = '']) => ({ name, type }));
  const records = csvRecords(fetched).map((record) =>
    record.map((value) => (value === mark ? null : shortened(value))),
  );
  // A statement without columns has rows of nothing, which are not told apart.
  const rows = columns.length === 0 ? [] : records;
  return {
    columns,
    rows: rows.slice(0, maxRows),
    rowCount: Math.min(rows.length, maxRows),
    truncated: rows.length > maxRows,
  };
}

/** What is between the first two lines that are the mark, and after them; in a row the mark stands for null. */
function partsOf(stdout: string, mark: string): [string, string] {
  const line = `${mark}\n`;
  const first = stdout.indexOf(line) + line.length;
  const second = stdout.indexOf(line, first);
  return second < 0 ? ['', ''] : [stdout.slice(first, second), stdout.slice(second + line.length)];
}

/** Ends what the console has left behind, if anything: what it was told to stop, it may not have heard. */
async function endLeft(reached: Reached, application: string): Promise<void> {
  await run(
    reached,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}' AND (application_name = '${application}' OR backend_start < clock_timestamp() - interval '3 minutes');`,
    { writes: true },
  ).catch(() => {});
}

async function execute(reached: Reached, sql: string, maxRows: number, seconds: number): Promise<QueryResult> {
  const { instance, host } = reached;
  const mark = randomBytes(16).toString('hex');
  const application = `ocore-${mark.slice(0, 16)}`;
  const ms = seconds * 1000;
  const options = [
    `statement_timeout=${ms}`,
    'lock_timeout=2000',
    `application_name=${application}`,
    'client_connection_check_interval=1000',
  ];
  const started = performance.now();
  const argv = [
    '-X',
    '-q',
    '-v',
    'ON_ERROR_STOP=1',
    '-v',
    'VERBOSITY=verbose',
    '-U',
    role,
    '-d',
    databaseName(instance.slug),
  ];
  const done = await execInContainer(host.docker, namesOf(instance.id).database, ['psql', ...argv], {
    input: scriptOf(sql, { mark, rows: maxRows + 1, ms }),
    user: 'postgres',
    env: [`PGOPTIONS=${options.map((one) => `-c ${one}`).join(' ')}`],
    timeoutMs: ms + 5000,
    maxOutputBytes: maxBytes,
  }).catch(async (error: unknown) => {
    await endLeft(reached, application);
    if (error instanceof RemoteError && error.code === 'remote_timeout')
      throw new AppError('unprocessable', `The query took longer than ${seconds} s and was ended`, {
        reason: 'query_timeout',
      });
    if (error instanceof RemoteError && / wrote more than /.test(error.message))
      throw new AppError('unprocessable', 'The result has more than 2 MiB: select fewer columns or rows', {
        reason: 'result_too_large',
      });
    throw error;
  });
  if (done.code !== 0) {
    const refused = refusalIn(done.stderr);
    if (refused.state === '57014')
      throw new AppError('unprocessable', `The query took longer than ${seconds} s and was ended`, {
        reason: 'query_timeout',
      });
    throw refused;
  }
  return { ...resultIn(done.stdout, mark, maxRows), durationMs: Math.round(performance.now() - started) };
}

/** Runs one statement that only reads, as a role that can do nothing else. The audit log has it before it runs. */
export async function queryDatabase(app: App, scope: OrgScope, id: string, given: unknown): Promise<QueryResult> {
  const input = parse(queryDatabaseInput, given);
  const reached = await reach(app, scope, id);
  const { instance } = reached;
  // Whoever reads the whole database reads what is secret in it.
  requireIn(scope, 'view:secrets', instance.projectId);
  const maxRows = input.maxRows ?? 100;
  const timeoutSeconds = input.timeoutSeconds ?? 10;
  await mutate(app, scope, ({ record }) =>
    record({
      action: 'database.queried',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { sql: input.sql, maxRows, timeoutSeconds },
    }),
  );
  await run(reached, roleMade, { writes: true });
  return execute(reached, input.sql, maxRows, timeoutSeconds);
}
