#!/bin/sh
# Of the public image: makes a configuration of the environment's variables where there is none, and needs DB_HOST for it.
set -e
[ -f /etc/pgbouncer/pgbouncer.ini ] || : "${DB_HOST:?"Setup pgbouncer config error! You must set DB_HOST env"}"
exec "$@"
