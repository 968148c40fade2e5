import { ids } from '../../../rest/openapi/shared-examples.ts';
import { Bucket } from '../../kit/bucket.ts';
import type { Client } from '../../kit/client.ts';
import { endOperations, settle } from '../../kit/fleet-rows.ts';
import type { Scene } from './scene.ts';

/** As a snapshot has it. */
const manifest = {
  format: 1,
  backupId: 'told',
  instanceId: 'told',
  takenAt: '2026-11-28T09:30:00.000Z',
  odooVersion: '19.0',
  image: 'odoo:19.0',
  imageDigest: null,
  postgresVersion: '17.2',
  database: 'erp_production',
  databaseBytes: 1,
  encoding: 'UTF8',
  collate: 'C',
  filestore: true,
  modules: {},
  rows: {},
};

/** Backups of the instance that the story has, as if a worker had taken them. */
export async function tellBackups({ story, ocore }: Scene, ada: Client): Promise<void> {
  const instance = story.real(ids.instance);
  await ocore.sql("UPDATE instances SET status = 'running' WHERE id = $1", [instance]);
  await ocore.sql(
    `INSERT INTO backup_destinations (id, org_id, name, destination_type, config, tested_at, updated_at)
      SELECT uuidv7(), org_id, 'Bucket', 's3', '{"bucket": "acme-backups", "prefix": "odoo", "region": "eu-central-1", "endpoint": null, "pathStyle": false, "accessKeyId": "key"}', now(), now() FROM instances WHERE id = $1`,
    [instance],
  );
  const made = await story.tell('POST /environments/{id}/backups', ada, { body: { destinationId: undefined } });
  const id = made.text('id');
  await endOperations(ocore, id);
  await ocore.sql(
    `UPDATE backups SET status = 'completed', snapshot_id = repeat('a', 64), database_bytes = 184549376, filestore_bytes = 2147483648, added_bytes = 73400320,
      started_at = now() - interval '72.5 seconds', completed_at = now(), verified_at = now() WHERE id = $1`,
    [id],
  );
  await story.tell('GET /environments/{id}/backups', ada);
  await story.tell('GET /backups', ada);
  await story.tell('GET /backups/{id}', ada);
  await story.tell('PATCH /backups/{id}', ada);
  // The repository is the instance's.
  await story.tell('POST /backups/{id}/export-key', ada, { free: ['repository', 'commands[]'] });
  await ocore.sql('UPDATE backups SET manifest = $2 WHERE id = $1', [id, JSON.stringify(manifest)]);
  await ocore.sql('UPDATE instances SET provisioned_at = coalesce(provisioned_at, now()) WHERE id = $1', [instance]);
  await story.tell('POST /backups/{id}/restore', ada);
  await settle(ocore, instance);
  const [other] = await ocore.sql<{ id: string }>(
    `INSERT INTO backup_destinations (id, org_id, name, destination_type, config, tested_at, updated_at)
      SELECT uuidv7(), org_id, 'Second', destination_type, config, now(), now() FROM backup_destinations WHERE name = 'Bucket' RETURNING id`,
  );
  // A copy is another backup than the one of the story.
  const copied = await story.tell('POST /backups/{id}/copies', ada, {
    body: { destinationId: other?.id },
    free: ['id'],
  });
  await endOperations(ocore, copied.text('id'));
  await ocore.sql('DELETE FROM backups WHERE id = $1', [copied.text('id')]);
  await ocore.sql('DELETE FROM backup_repositories WHERE destination_id = $1', [other?.id]);
  await ocore.sql('DELETE FROM backup_destinations WHERE id = $1', [other?.id]);
  await story.tell('POST /backups/{id}/verify', ada);
  await endOperations(ocore, id);
  await story.tell('DELETE /backups/{id}', ada, { body: { force: true } });
  await endOperations(ocore, id);
}

/** A destination on a small S3 server. */
export async function tellDestinations({ story }: Scene, ada: Client): Promise<void> {
  const bucket = await Bucket.start();
  try {
    const body = { name: 'Another bucket', config: { ...bucket.config, region: 'us-east-1', prefix: '' } };
    // A second begins between the two clocks.
    const free = ['clockSkewSeconds', 'destination.clockSkewSeconds', 'passedSteps[].durationMs'];
    await story.tell('POST /backup-destinations', ada, { body: { ...body, destinationType: 's3_compatible' }, free });
    await story.tell('GET /backup-destinations', ada);
    await story.tell('GET /backup-destinations/{id}', ada);
    await story.tell('PATCH /backup-destinations/{id}', ada, { body, free });
    await story.tell('PUT /backup-destinations/{id}', ada, { body, free });
    await story.tell('POST /backup-destinations/{id}/test', ada, { free });
    await story.tell('DELETE /backup-destinations/{id}', ada);
  } finally {
    await bucket.stop();
  }
}

/** Schedules of the environment that the story has, and an alert as a schedule leaves it. */
export async function tellSchedules({ story, ocore }: Scene, ada: Client): Promise<void> {
  const [destination] = await ocore.sql<{ id: string }>('SELECT id FROM backup_destinations LIMIT 1');
  const body = { destinationId: destination?.id };
  const made = await story.tell('POST /environments/{id}/backup-schedules', ada, { body });
  await story.tell('GET /backup-schedule/presets', ada);
  await story.tell('GET /environments/{id}/backup-schedules', ada);
  await story.tell('GET /backup-schedules/{id}', ada);
  await story.tell('PATCH /backup-schedules/{id}', ada, { body });
  await ocore.sql('UPDATE backups SET schedule_id = $1', [made.text('id')]);
  await story.tell('GET /backup-schedules/{id}/retention', ada);
  const [alert] = await ocore.sql<{ id: string }>(
    `INSERT INTO backup_alerts (id, org_id, project_id, environment_id, schedule_id, instance_id, instance_name, alert_type, message)
      SELECT uuidv7(), org_id, project_id, environment_id, id, $2, $3, 'missed', 'The backup of ERP production that was due at 2026-11-24T01:00:00.000Z was not made' FROM backup_schedules WHERE id = $1 RETURNING id`,
    [made.text('id'), story.real(ids.instance), 'ERP production'],
  );
  story.at('/backup-alerts/{id}', String(alert?.id));
  await story.tell('GET /backup-alerts', ada);
  await story.tell('GET /backup-alerts/count', ada);
  await story.tell('POST /backup-alerts/{id}/read', ada);
  await story.tell('POST /backup-alerts/{id}/dismiss', ada);
  await story.tell('DELETE /backup-schedules/{id}', ada);
}
