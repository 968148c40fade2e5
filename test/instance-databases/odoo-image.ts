import type Docker from 'dockerode';
import { buildImage } from '../fleet/build-image.ts';

/**
 * What initialisation leaves, as far as oCore asks for it. Names and columns are Odoo's.
 */
const tables = `
CREATE TABLE IF NOT EXISTS ir_module_module (name text PRIMARY KEY, state text, latest_version text);
INSERT INTO ir_module_module VALUES ('base', 'installed', '19.0.1.3'), ('web', 'installed', '19.0.1.0') ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS res_country (id int PRIMARY KEY, code text, currency_id int);
CREATE TABLE IF NOT EXISTS res_company (id int PRIMARY KEY, partner_id int, currency_id int);
CREATE TABLE IF NOT EXISTS res_currency (id int PRIMARY KEY, active boolean);
CREATE TABLE IF NOT EXISTS res_lang (code text PRIMARY KEY, active boolean);
INSERT INTO res_lang VALUES ('en_US', true) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS res_users (id int PRIMARY KEY, login text, password text, partner_id int);
INSERT INTO res_users VALUES (2, 'admin', 'x', 3) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS res_partner (id int PRIMARY KEY, name text, email text, lang text, country_id int);
INSERT INTO res_partner SELECT i, 'Partner ' || i, NULL, NULL, NULL FROM generate_series(1, 2000) i ON CONFLICT DO NOTHING;
`;

/**
 * Reads its configuration when it starts, and opens a connection for each request with what it read then: as Odoo does,
 * whose pool opens connections at any time. `/slow` idles in a transaction for a while.
 */
const odoo = `#!/bin/sh
conf=/etc/odoo/odoo.conf
get() { sed -n "s/^$1 = //p" "$conf"; }
PGHOST=$(get db_host) PGPORT=$(get db_port) PGUSER=$(get db_user) PGPASSWORD=$(get db_password) PGDATABASE=$(get db_name) PGCONNECT_TIMEOUT=5
export PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGCONNECT_TIMEOUT
case " $* " in *--stop-after-init*) exec psql -X -q -v ON_ERROR_STOP=1 -f /etc/odoo-tables.sql ;; esac
# As an Odoo that finds something in its database that it cannot start with.
[ -z "$(psql -X -A -t -c "SELECT to_regclass('odoo_refuses')")" ] || psql -X -c 'TABLE odoo_refuses' || exit 1
exec perl -MIO::Socket::INET -e '
  $SIG{TERM} = $SIG{INT} = sub { exit 0 }; $SIG{CHLD} = "IGNORE";
  my $server = IO::Socket::INET->new(LocalPort => 8069, Listen => 50, ReuseAddr => 1) or die;
  while (1) {
    my $client = $server->accept or next;
    if (fork()) { close $client; next }
    $SIG{CHLD} = "DEFAULT";
    my $first = <$client>;
    while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
    my $sql = $first =~ m{/slow} ? "BEGIN; SELECT count(*) FROM res_partner; SELECT pg_sleep(60)" : "SELECT count(*) FROM res_partner";
    my $rows = $first =~ m{/web/health} ? "1" : qx(psql -X -A -t -c "$sql" 2>&1);
    my $status = $? == 0 ? "200 OK" : "500 Internal Server Error";
    print $client "HTTP/1.1 $status\\r\\nContent-Length: " . length($rows) . "\\r\\nConnection: close\\r\\n\\r\\n" . $rows;
    close $client; exit 0;
  }'
`;

/** Prints the status of a page, which is all that it is asked for. */
const curl = `#!/bin/sh
exec perl -MIO::Socket::INET -e '
  my ($port, $path) = $ARGV[-1] =~ m{:(\\d+)(/.*)};
  my $server = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $port) or exit 7;
  print $server "GET $path HTTP/1.0\\r\\n\\r\\n";
  my $first = <$server>;
  print $1 if $first =~ / (\\d+) /;' -- "$@"
`;

/** An Odoo of a few lines that needs its PostgreSQL for every page: small enough for many, real where the two meet. */
export async function loadDatabaseOdoo(docker: Docker): Promise<void> {
  const dockerfile = [
    'FROM postgres:17',
    'COPY odoo curl /usr/local/bin/',
    'COPY odoo-tables.sql /etc/odoo-tables.sql',
    'RUN mkdir -p /etc/odoo /var/lib/odoo && chown postgres /var/lib/odoo',
    'VOLUME /var/lib/odoo',
    'ENTRYPOINT []',
    'USER postgres',
  ];
  await buildImage(docker, 'database-odoo:19.0', dockerfile.join('\n'), { odoo, curl, 'odoo-tables.sql': tables });
}
