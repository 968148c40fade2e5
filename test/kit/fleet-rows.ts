import type { Client } from './client.ts';
import type { Ocore } from './ocore.ts';
import { nowhere } from './nowhere.ts';

/** The ids of one of everything. */
export interface Fleet {
  SERVER_ID: string;
  PROJECT_ID: string;
  ENVIRONMENT_ID: string;
  INSTANCE_ID: string;
  OPERATION_ID: string;
}

/** Ends what waits for a worker, as if one had failed at it. */
export async function endOperations(ocore: Pick<Ocore, 'sql'>, resourceId: string): Promise<void> {
  await ocore.sql(
    "UPDATE operations SET status = 'failed', finished_at = now() WHERE resource_id = $1 AND status IN ('queued', 'running')",
    [resourceId],
  );
}

/** What only a worker with a real server reaches by itself. */
export async function activate(ocore: Ocore, serverId: string): Promise<void> {
  await endOperations(ocore, serverId);
  await ocore.sql("UPDATE servers SET status = 'active' WHERE id = $1", [serverId]);
}

export async function settle(ocore: Ocore, instanceId: string): Promise<void> {
  await endOperations(ocore, instanceId);
  await ocore.sql(
    "UPDATE instances SET status = 'running', provisioned_at = coalesce(provisioned_at, now()) WHERE id = $1",
    [instanceId],
  );
}

/** One of everything, on a control plane without a worker: for tests of the API that need no Odoo. */
export async function fleetOf(ocore: Ocore, owner: Client): Promise<Fleet> {
  const server = await owner.post('/servers', {
    name: 'berlin-1',
    ...nowhere,
    sshPassword: 'secret',
  });
  await activate(ocore, server.text('id'));
  await ocore.sql(
    `INSERT INTO server_metrics (org_id, server_id, cpu_load_1m, cpu_load_5m, cpu_load_15m, ram_total_bytes, ram_used_bytes, ram_available_bytes, disk_total_bytes, disk_used_bytes, disk_available_bytes, network_rx_bytes, network_tx_bytes, uptime_seconds)
     SELECT org_id, id, 0.4, 0.3, 0.2, 16, 6, 10, 160, 40, 120, 1, 1, 60 FROM servers WHERE id = $1`,
    [server.text('id')],
  );
  const project = await owner.post('/projects', { name: 'ERP' });
  const environment = await owner.post('/environments', {
    projectId: project.text('id'),
    name: 'production',
    type: 'production',
  });
  const instance = await owner.post('/instances', {
    name: 'ERP production',
    serverId: server.text('id'),
    environmentId: environment.text('id'),
    adminEmail: 'admin@example.com',
  });
  await settle(ocore, instance.text('id'));
  return {
    SERVER_ID: server.text('id'),
    PROJECT_ID: project.text('id'),
    ENVIRONMENT_ID: environment.text('id'),
    INSTANCE_ID: instance.text('id'),
    OPERATION_ID: instance.text('operationId'),
  };
}
