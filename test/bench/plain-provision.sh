#!/usr/bin/env bash
# The baseline of provisioning: the same containers by hand. Usage: plain-provision.sh SOCKET NAME PORT
set -euo pipefail
socket=$1 name=$2 port=$3
d() { docker -H "unix://$socket" "$@"; }
d network create "$name" >/dev/null
d run -d --name "$name-db" --network "$name" -e POSTGRES_PASSWORD=secret -e PGDATA=/var/lib/postgresql/data/pgdata -v "$name-db:/var/lib/postgresql/data" --shm-size 256m postgres:17 >/dev/null
until d exec "$name-db" pg_isready -q -h 127.0.0.1 -U postgres 2>/dev/null; do sleep 0.1; done
d exec -i -u postgres "$name-db" psql -qX -v ON_ERROR_STOP=1 -U postgres >/dev/null <<'SQL'
CREATE ROLE odoo LOGIN PASSWORD 'secret';
CREATE DATABASE odoo OWNER odoo TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
\c odoo
CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent;
SQL
odoo=(--network "$name" -v "$name-files:/var/lib/odoo" -e HOST="$name-db" -e USER=odoo -e PASSWORD=secret)
d run --rm "${odoo[@]}" odoo:19.0 odoo -d odoo -i base,web --load-language=en_US --stop-after-init --no-http --workers=0 --max-cron-threads=0 --without-demo=all >/dev/null 2>&1
d run -d --name "$name-odoo" "${odoo[@]}" -p "$port:8069" odoo:19.0 odoo -d odoo --workers=2 >/dev/null
until curl -sf -o /dev/null "http://127.0.0.1:$port/web/login"; do sleep 0.1; done
