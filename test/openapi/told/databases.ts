import { ids } from '../../../rest/openapi/shared-examples.ts';
import type { Client } from '../../kit/client.ts';
import { endOperations } from '../../kit/fleet-rows.ts';
import type { Scene } from './scene.ts';

const replicas = '/instances/{id}/database/replicas';
const point = '/instances/{id}/database/point-in-time';

/** A replica of the instance that the story has, without a worker: it is what each request needs it to be. */
export async function tellReplicas({ story, ocore }: Scene, ada: Client): Promise<void> {
  const instance = story.real(ids.instance);
  await ocore.sql("UPDATE instances SET status = 'running' WHERE id = $1", [instance]);
  const made = await story.tell(`POST ${replicas}`, ada);
  const become = async (status: string): Promise<void> => {
    await endOperations(ocore, instance);
    await ocore.sql("UPDATE instances SET status = 'running' WHERE id = $1", [instance]);
    await ocore.sql(
      'UPDATE database_replicas SET status = $2::replica_status, lag_bytes = 0, lag_seconds = 0, checked_at = now() WHERE id = $1',
      [made.text('id'), status],
    );
  };
  await become('online');
  await story.tell(`GET ${replicas}`, ada);
  await story.tell(`GET ${replicas}/{replicaId}`, ada);
  await story.tell(`POST ${replicas}/{replicaId}/promote`, ada);
  await become('lost');
  await story.tell(`POST ${replicas}/{replicaId}/rebuild`, ada);
  await become('online');
  await story.tell(`DELETE ${replicas}/{replicaId}`, ada);
  await endOperations(ocore, instance);
}

/** Point-in-time restores of the same instance. */
export async function tellPointInTime({ story, ocore }: Scene, ada: Client): Promise<void> {
  const instance = story.real(ids.instance);
  const be = async (status: string): Promise<void> => {
    await endOperations(ocore, instance);
    await ocore.sql("UPDATE instances SET status = 'running' WHERE id = $1", [instance]);
    await ocore.sql(
      'UPDATE wal_archives SET status = $2::wal_archive_status, newest_at = now(), lag_bytes = 0, checked_at = now() WHERE instance_id = $1',
      [instance, status],
    );
    await ocore.sql(
      "UPDATE operations SET status = 'failed', finished_at = now() WHERE resource_type = 'wal_archive' AND status = 'queued'",
    );
  };
  await be('active');
  const [destination] = await ocore.sql<{ id: string }>('SELECT id FROM backup_destinations LIMIT 1');
  await story.tell(`PUT ${point}`, ada, { body: { destinationId: destination?.id } });
  await be('active');
  // What is enabled already only changes.
  await story.tell(`PUT ${point}`, ada, { body: { destinationId: destination?.id }, free: ['status', 'message'] });
  await ocore.sql(
    `INSERT INTO base_backups (id, org_id, archive_id, snapshot_id, wal_snapshot_id, postgres_image, start_file, consistent_at, newest_at, bytes)
     SELECT gen_random_uuid(), org_id, id, repeat('a', 64), repeat('b', 64), 'postgres:17', '000000010000000000000002', '2026-11-17T02:00:41Z', '2026-11-24T09:40:00Z', 4096
     FROM wal_archives WHERE instance_id = $1`,
    [instance],
  );
  await story.tell(`GET ${point}`, ada);
  await story.tell(`POST ${point}/archive`, ada);
  await be('active');
  await story.tell(`POST ${point}/base-backup`, ada);
  await be('active');
  await story.tell(`POST ${point}/restore`, ada);
  await be('active');
  await story.tell(`DELETE ${point}`, ada);
  await endOperations(ocore, instance);
}
