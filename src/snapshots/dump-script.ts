import { dumpedTables } from '../instances/index.ts';

/** The folder of these files in the container of a dump. */
const dir = '/run/ocore';
export const scriptPath = `${dir}/dump.sh`;
export const pgpassPath = `${dir}/pgpass`;

/** Exit codes of the script. */
export const dumpExit = { noSpace: 75, session: 76, dump: 77, unreadable: 78 } as const;

/**
 * Dumps the database that PGDATABASE names into /snapshot/database, in the state that one exported snapshot shows, and counts
 * the rows of its tables in the same state. It writes JSON lines: the free space, how much is written, versions, modules,
 * rows by table, and the lines of each table's file in the dump.
 */
const script = `#!/bin/sh
set -u
to=/snapshot/database
case "$1" in
run)
  free=$(df -Pk "$to" | { read -r _; read -r _ _ _ free _; echo "$free"; })
  echo "{\\"freeKib\\":$free}"
  [ "$free" -ge "$OCORE_NEEDED_KIB" ] || exit ${dumpExit.noSpace}
  rm -rf "$to"/* /tmp/dump.exit
  # After a restart of the engine PostgreSQL comes up beside it.
  tries=0
  until pg_isready -q -t 5 || [ "$tries" -ge 60 ]; do tries=$((tries + 1)); sleep 2; done
  psql -X -q -v ON_ERROR_STOP=1 -f ${dir}/dump.sql || exit ${dumpExit.session}
  [ "$(cat /tmp/dump.exit 2>/dev/null)" = 0 ] || { echo "pg_dump ended with exit code $(cat /tmp/dump.exit 2>/dev/null)" >&2; exit ${dumpExit.dump}; }
  pg_restore --list "$to" >/tmp/toc || exit ${dumpExit.unreadable}
  sed -nE 's/^([0-9]+); [0-9]+ ([0-9]+) TABLE DATA .*/\\1 \\2/p' /tmp/toc | {
    while read -r file oid; do
      lines=$(wc -l <"$to/$file.dat") || exit ${dumpExit.unreadable}
      echo "{\\"lines\\":[$oid,$lines]}"
    done
  } || exit ${dumpExit.unreadable}
  echo "{\\"databaseBytes\\":$(wc -c "$to"/* | tail -n 1 | { read -r bytes _; echo "$bytes"; })}"
  ;;
start)
  (pg_dump --format=directory --compress=0 --jobs="$OCORE_JOBS" --snapshot="$SNAPSHOT" --lock-wait-timeout=600000 --file="$to"; echo $? >/tmp/dump.exit) &
  (while [ ! -s /tmp/dump.exit ]; do sleep 2; echo "{\\"writtenKib\\":$(du -sk "$to" | cut -f1)}"; done) &
  ;;
wait)
  while [ ! -s /tmp/dump.exit ]; do sleep 0.2; done
  ;;
esac
`;

/** psql runs it in one session, which keeps the snapshot until the dump has ended. */
const statements = `\\pset format unaligned
\\pset tuples_only on
SET lock_timeout = '600s';
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \\gset
\\setenv SNAPSHOT :snapshot
\\! ${scriptPath} start
SELECT json_build_object('version', current_setting('server_version'), 'encoding', pg_encoding_to_char(encoding), 'collate', datcollate) FROM pg_database WHERE datname = current_database();
SELECT to_regclass('public.ir_module_module') IS NOT NULL AS odoo \\gset
\\if :odoo
SELECT json_build_object('module', json_build_array(name, coalesce(latest_version, ''))) FROM ir_module_module WHERE state IN ('installed', 'to upgrade', 'to remove') ORDER BY name;
\\endif
SELECT format('SELECT json_build_object(''rows'', json_build_array(%s, %L, count(*))) FROM ONLY %I.%I', c.oid, n.nspname || '.' || c.relname, n.nspname, c.relname)
  ${dumpedTables}
  ORDER BY c.oid
\\gexec
\\! ${scriptPath} wait
COMMIT;
`;

export const dumpFiles = (password: string) => [
  { path: scriptPath, content: script, mode: 0o755 },
  { path: `${dir}/dump.sql`, content: statements, mode: 0o644 },
  { path: pgpassPath, content: `*:*:*:*:${password}\n`, mode: 0o600 },
];
