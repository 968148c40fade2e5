#!/bin/bash
# The public images' entrypoint before 2026-05 (odoo/docker 16.0 to 19.0): it takes the database out of the file that ODOO_RC
# names, and hands each value, the password too, to programs as an argument of its own.
set -e
db_args=()
add() {
  value=$2
  if grep -qE "^\s*\b$1\b\s*=" "$ODOO_RC"; then value=$(grep -E "^\s*\b$1\b\s*=" "$ODOO_RC" | cut -d ' ' -f3 | sed 's/["\n\r]//g'); fi
  db_args+=("--$1" "$value")
}
add db_host "${HOST:-db}"
add db_port "${PORT:-5432}"
add db_user "${USER:-odoo}"
add db_password "${PASSWORD:-odoo}"
case "$1" in
  -- | odoo)
    shift
    if [ "${1:-}" != scaffold ]; then wait-for-psql.py "${db_args[@]}" --timeout=30; fi
    exec odoo "$@" "${db_args[@]}" ;;
  *) exec "$@" ;;
esac
