import { setTimeout as sleep } from 'node:timers/promises';
import { StepError } from '../operations/kind.ts';
import type { Site } from './context.ts';
import { sql, sqlText } from './sql.ts';

/** All who may replicate: one line of `pg_hba.conf` lets them in, for the image's own line is only about databases. */
const group = 'ocore_replication';
const mib = 1024 ** 2;

/** How much of the past a primary keeps for who is behind: a tenth of the disk. Beyond, the replica is lost, not the disk. */
function keptMegabytes(diskTotalBytes: bigint | null): number {
  const tenth = Number(diskTotalBytes ?? 0n) / 10 / mib;
  return Math.round(Math.min(32 * 1024, Math.max(1024, tenth)));
}

/** Makes a role that may replicate and nothing else, with a slot that keeps what it has not read. Safe to repeat. */
export async function allowReplication(
  { host, instance }: Pick<Site, 'host' | 'instance'>,
  { name, password, diskTotalBytes }: { name: string; password: string; diskTotalBytes: bigint | null },
  signal: AbortSignal,
): Promise<void> {
  await sql(
    host,
    instance,
    'postgres',
    `
    DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${group}') THEN CREATE ROLE ${group} NOLOGIN; END IF; END $$;
    DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${name}') THEN CREATE ROLE ${name} LOGIN REPLICATION IN ROLE ${group}; END IF; END $$;
    DO $$ BEGIN EXECUTE format('ALTER ROLE ${name} PASSWORD %L', ${sqlText(password)}); END $$;
    DO $$ BEGIN
      IF NOT EXISTS (SELECT 1 FROM pg_hba_file_rules WHERE 'replication' = ANY (database) AND '+${group}' = ANY (user_name)) THEN
        EXECUTE $copy$ COPY (SELECT unnest(ARRAY['', 'host replication +${group} all scram-sha-256'])) TO PROGRAM 'cat >> "$PGDATA/pg_hba.conf"' $copy$;
      END IF;
    END $$;
    ALTER SYSTEM SET max_slot_wal_keep_size = '${keptMegabytes(diskTotalBytes)}MB';
    SELECT pg_reload_conf();
    SELECT pg_create_physical_replication_slot('${name}', true) WHERE NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = '${name}');`,
    signal,
  );
}

/** Takes the slot and the role away; whoever still reads by the slot is disconnected. */
export async function forgetReplication(
  { host, instance }: Pick<Site, 'host' | 'instance'>,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const ask = (statements: string): Promise<string> => sql(host, instance, 'postgres', statements, signal);
  // What is disconnected takes a moment until it is gone.
  for (let tries = 0; ; tries += 1) {
    await ask(`
      SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${name}' AND active;
      SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '${name}' AND NOT active;`);
    if ((await ask(`SELECT 1 FROM pg_replication_slots WHERE slot_name = '${name}';`)) === '') break;
    if (tries > 100)
      throw new StepError('database_error', `The replication slot ${name} is still in use after 20 seconds`);
    await sleep(200, undefined, { signal });
  }
  await ask(`DROP ROLE IF EXISTS ${name};`);
}
