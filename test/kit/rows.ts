import type { Ocore } from './ocore.ts';

/** Rows as provisioning leaves them, without the work: for what only reads. */
export async function fillInstances(ocore: Ocore, orgSlug: string, count: number): Promise<void> {
  await ocore.sql(
    `WITH org AS (SELECT id FROM organizations WHERE slug = $1),
      server AS (INSERT INTO servers (id, org_id, name, host, ssh_user, status, updated_at) SELECT gen_random_uuid(), id, 'Filled', '127.0.0.1', 'root', 'active', now() FROM org RETURNING id, org_id),
      project AS (INSERT INTO projects (id, org_id, name, slug, updated_at) SELECT gen_random_uuid(), id, 'Filled', 'filled', now() FROM org RETURNING id, org_id),
      environment AS (INSERT INTO environments (id, org_id, project_id, name, type, updated_at) SELECT gen_random_uuid(), org_id, id, 'dev', 'development', now() FROM project RETURNING id, project_id),
      instance AS (INSERT INTO instances (id, org_id, server_id, environment_id, project_id, name, slug, status, odoo_version, image, postgres_image, limit_memory_soft, limit_memory_hard, limit_time_cpu, limit_time_real, max_cron_threads, log_level, language, modules, admin_email, http_port, secrets_enc, updated_at)
        SELECT gen_random_uuid(), server.org_id, server.id, environment.id, environment.project_id, 'Instance ' || n, 'instance-' || n, 'running', '19.0', 'odoo:19.0', 'postgres:17', 2147483648, 2684354560, 600, 1200, 1, 'info', 'en_US', '{base,web}', 'admin@example.com', 20000 + n, '', now()
        FROM server, environment, generate_series(1, $2::int) AS n RETURNING id, org_id, server_id, project_id),
      operation AS (INSERT INTO operations (id, org_id, kind, status, progress, resource_type, resource_id, server_id, project_id, request_id, finished_at)
        SELECT gen_random_uuid(), org_id, 'instance.provision', 'succeeded', 100, 'instance', id, server_id, project_id, 'req_filled', now() FROM instance RETURNING id)
    INSERT INTO operation_steps (operation_id, position, name, title, status) SELECT id, n, 'step-' || n, 'Step', 'succeeded' FROM operation, generate_series(0, 6) AS n`,
    [orgSlug, count],
  );
}
