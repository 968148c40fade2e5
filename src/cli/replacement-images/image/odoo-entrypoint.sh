#!/bin/bash
# The public image's contract (odoo/docker 19.0): HOST, PORT, USER and PASSWORD become --db_* unless odoo.conf names them, and
# Odoo starts once PostgreSQL lets that user in. It runs as the user odoo and has no rights to lose.
set -e
if [ -v PASSWORD_FILE ]; then PASSWORD=$(<"$PASSWORD_FILE"); fi
db_args=()
add() {
  if [[ -v "$3" ]] || grep -qE "^\s*\b$1\b\s*=" "$ODOO_RC"; then return; fi
  db_args+=("--$1" "$2")
}
add db_host "${HOST:-db}" PGHOST
add db_port "${PORT:-5432}" PGPORT
add db_user "${USER:-odoo}" PGUSER
add db_password "${PASSWORD:-odoo}" PGPASSWORD
case "$1" in
  -- | odoo)
    shift
    if [ "${1:-}" != scaffold ]; then wait-for-psql.py "${db_args[@]}" --timeout=30; fi
    exec odoo "$@" "${db_args[@]}" ;;
  -*)
    wait-for-psql.py "${db_args[@]}" --timeout=30
    exec odoo "$@" "${db_args[@]}" ;;
  *) exec "$@" ;;
esac
