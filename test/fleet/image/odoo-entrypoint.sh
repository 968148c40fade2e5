#!/bin/sh
# The public image's contract: HOST, PORT, USER and PASSWORD become --db_* unless odoo.conf names them.
set -e
conf=${ODOO_RC:-/etc/odoo/odoo.conf}
db_args=
add() {
  if ! grep -qE "^[[:space:]]*$1[[:space:]]*=" "$conf" 2>/dev/null && [ -n "$2" ]; then db_args="$db_args --$1 $2"; fi
}
case "${1:-odoo}" in
  odoo | --* | -*)
    [ "$1" = odoo ] && shift
    case "${1:-}" in
      scaffold | shell | db | module | neutralize) exec odoo "$@" ;;
    esac
    add db_host "${HOST:-}"; add db_port "${PORT:-}"; add db_user "${USER:-}"; add db_password "${PASSWORD:-}"
    # shellcheck disable=SC2086 — the arguments were made above, of words without blanks
    exec odoo "$@" $db_args ;;
  *) exec "$@" ;;
esac
