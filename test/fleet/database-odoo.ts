import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import tar from 'tar-stream';

export const databaseOdoo = 'database-odoo';

/** Installs at once, into a real PostgreSQL and a real filestore; serves as Odoo does. */
const odoo = `#!/bin/sh
value() { sed -n "s/^$1 = //p" /etc/odoo/odoo.conf; }
export PGHOST="$(value db_host)" PGUSER="$(value db_user)" PGPASSWORD="$(value db_password)" PGDATABASE="$(value db_name)"
case " $* " in *--stop-after-init*)
  /usr/lib/postgresql/17/bin/psql -X -q -v ON_ERROR_STOP=1 <<'SQL' || exit 1
CREATE TABLE IF NOT EXISTS ir_module_module (id serial PRIMARY KEY, name text UNIQUE, state text, latest_version text);
INSERT INTO ir_module_module (name, state, latest_version) VALUES ('base', 'installed', '19.0.1.3'), ('web', 'installed', '19.0.1.0') ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS res_country (id serial PRIMARY KEY, code text, currency_id int);
CREATE TABLE IF NOT EXISTS res_currency (id serial PRIMARY KEY, active boolean);
CREATE TABLE IF NOT EXISTS res_lang (id serial PRIMARY KEY, code text, active boolean);
INSERT INTO res_lang (code, active) SELECT 'en_US', true WHERE NOT EXISTS (SELECT FROM res_lang);
CREATE TABLE IF NOT EXISTS res_partner (id serial PRIMARY KEY, name text, email text, lang text, country_id int);
CREATE TABLE IF NOT EXISTS res_company (id serial PRIMARY KEY, partner_id int, currency_id int);
CREATE TABLE IF NOT EXISTS res_users (id serial PRIMARY KEY, login text, password text, partner_id int);
INSERT INTO res_partner (name) SELECT name FROM unnest(ARRAY['My Company', 'Administrator']) AS name WHERE NOT EXISTS (SELECT FROM res_partner);
INSERT INTO res_company (partner_id) SELECT 1 WHERE NOT EXISTS (SELECT FROM res_company);
INSERT INTO res_users (id, login, partner_id) SELECT id, 'user' || id, id FROM generate_series(1, 2) AS id WHERE NOT EXISTS (SELECT FROM res_users);
CREATE TABLE IF NOT EXISTS ir_attachment (id serial PRIMARY KEY, name text, store_fname text, url text, res_model text);
CREATE TABLE IF NOT EXISTS ir_config_parameter (id serial PRIMARY KEY, key text UNIQUE, value text);
SQL
  mkdir -p "/var/lib/odoo/filestore/$PGDATABASE/ab" /var/lib/odoo/sessions
  echo known >"/var/lib/odoo/filestore/$PGDATABASE/ab/ab12"
  echo secret >/var/lib/odoo/sessions/session
  exit 0 ;;
esac
exec perl -MIO::Socket::INET -e '
  my $port = fork() ? 8069 : 8072;
  $SIG{TERM} = $SIG{INT} = sub { exit 0 };
  my $server = IO::Socket::INET->new(LocalPort => $port, Listen => 50, ReuseAddr => 1) or die;
  while (my $client = $server->accept) {
    while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
    my $body = "{\\"status\\": \\"pass\\"} <form class=\\"oe_login_form\\">csrf_token</form>";
    print $client "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($body) . "\\r\\nConnection: close\\r\\n\\r\\n" . $body;
    close $client;
  }'
`;

/** An image that keeps what it is given, as Odoo does, and starts in a moment: for what is about the data. */
export async function loadDatabaseOdoo(docker: Docker): Promise<void> {
  const container = await docker.createContainer({ Image: 'postgres:17', Cmd: ['true'] });
  const pack = tar.pack();
  pack.entry({ name: 'usr/local/bin/docker-entrypoint.sh', mode: 0o755 }, '#!/bin/sh\nexec "$@"\n');
  pack.entry({ name: 'usr/local/bin/odoo', mode: 0o755 }, odoo);
  pack.entry({ name: 'etc/odoo', type: 'directory', mode: 0o777 });
  pack.finalize();
  await container.putArchive(await buffer(pack), { path: '/' });
  await container.commit({ repo: databaseOdoo, tag: '19.0' });
  await container.remove({ v: true });
}
