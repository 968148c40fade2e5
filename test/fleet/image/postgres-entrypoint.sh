#!/bin/bash
# The public image's contract: initdb at the first start from POSTGRES_*, then /docker-entrypoint-initdb.d, then postgres.
set -eo pipefail
export PATH=/usr/lib/postgresql/17/bin:$PATH
export PGDATA=${PGDATA:-/var/lib/postgresql/data}
[ "${1:0:1}" = - ] && set -- postgres "$@"
[ $# -eq 0 ] && set -- postgres
[ "$1" = postgres ] || exec "$@"
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"; chown -R postgres:postgres "$PGDATA"; chmod 700 "$PGDATA"
  mkdir -p /var/run/postgresql; chown postgres:postgres /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
[ -n "${POSTGRES_PASSWORD_FILE:-}" ] && POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD:-}" ]; then
    echo "Error: Database is uninitialized and superuser password is not specified." >&2; exit 1
  fi
  user=${POSTGRES_USER:-postgres}
  rm -rf "${PGDATA:?}"/* # what a first start left that was killed half-way
  # shellcheck disable=SC2086 — POSTGRES_INITDB_ARGS is a list of words, as in the public image
  initdb --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --encoding=UTF8 ${POSTGRES_INITDB_ARGS:-} -D "$PGDATA" >/dev/null
  printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start >/dev/null
  [ "${POSTGRES_DB:-$user}" = postgres ] || createdb --username="$user" --maintenance-db=postgres "${POSTGRES_DB:-$user}"
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) . "$file" ;;
      *.sql) psql -v ON_ERROR_STOP=1 --username="$user" --dbname="${POSTGRES_DB:-$user}" -f "$file" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop >/dev/null
fi
exec "$@" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
