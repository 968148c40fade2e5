/** The baseline: a bare Node http server that gives the same rows from the same database, without authentication. */
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
const text = `SELECT i.id, i.name, i.slug, i.status, i.status_message, i.server_id, i.environment_id, i.odoo_version, i.edition, i.image, i.http_port,
  'http://' || s.host || ':' || i.http_port AS url, i.workers, i.limit_memory_soft, i.limit_memory_hard, i.limit_time_cpu, i.limit_time_real, i.max_cron_threads,
  i.log_level, i.language, i.country, i.demo, i.modules, i.admin_email, i.env_vars, i.cpu_limit, i.memory_limit, i.process_limit,
  i.database_cpu_limit, i.database_memory_limit, i.database_process_limit, i.deletion_protected, i.last_seen_at, i.created_at, i.updated_at
  FROM instances i JOIN servers s ON s.id = i.server_id WHERE i.org_id = $1 ORDER BY i.id DESC LIMIT 21`;

const server = createServer((_request, response) => {
  void pool.query({ name: 'list', text, values: [process.env['ORG_ID']] }).then(({ rows }) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ data: rows.slice(0, 20), has_more: rows.length > 20 }));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
