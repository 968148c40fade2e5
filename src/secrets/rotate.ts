import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import { notify } from '../events/hub.ts';
import { SecretBox } from './box.ts';
import { KeyRing, makeDataKey } from './key-ring.ts';
import type { MasterKeys } from './master-keys.ts';
import { resealColumn } from './reseal.ts';
import type { SealedColumn } from './sealed-column.ts';

export interface Rotation {
  db: Database;
  masters: MasterKeys;
  columns: readonly SealedColumn[];
  /** Seconds from the new key on in which work that began under an old one may still write. */
  settle: number;
  say(line: string): void;
}

/** Wraps every data key with the current master key, so that the former ones are needed no more. */
async function rewrap({ db, masters, say }: Rotation): Promise<void> {
  const { rows } = await db.pool.query<{ id: string; wrapped: string }>('SELECT id, wrapped FROM data_keys');
  const old = rows.filter((row) => !masters.isCurrent(row.wrapped));
  for (const { id, wrapped } of old)
    await db.pool.query('UPDATE data_keys SET wrapped = $1 WHERE id = $2 AND wrapped = $3', [
      masters.wrap(id, masters.unwrap(id, wrapped)),
      id,
      wrapped,
    ]);
  if (old.length > 0) say(`Wrapped ${old.length} data keys with the current master key`);
}

/** The key to seal with from now on: a new one, or that of a rotation which was interrupted. */
async function nextKey({ db, masters, say }: Rotation): Promise<string> {
  const { rows } = await db.pool.query<{ id: string }>(
    'SELECT id FROM data_keys WHERE retired_at IS NULL ORDER BY created_at DESC, id DESC',
  );
  const begun = rows.length > 1 ? rows[0] : undefined;
  const id = begun?.id ?? (await makeDataKey(db.pool, masters));
  say(begun ? `Resuming the rotation to data key ${id}` : `Created data key ${id}`);
  await notify(db.prisma, ['keys']);
  return id;
}

/** Seals everything again until a full pass over all columns, started after the settling time, finds nothing more to do. */
async function resealAll({ db, columns, settle, say }: Rotation, box: SecretBox, keyId: string): Promise<void> {
  const settled = Date.now() + settle * 1000;
  for (;;) {
    const began = Date.now();
    let left = 0;
    const failed: string[] = [];
    for (const column of columns) {
      const pass = await resealColumn(db.pool, box, keyId, column);
      if (pass.changed > 0) say(`${column.table}.${column.column}: ${pass.changed} re-encrypted`);
      left += pass.changed + pass.raced;
      failed.push(...pass.failed);
    }
    if (left > 0) continue;
    if (failed.length > 0)
      throw new Error(
        `These records cannot be decrypted, so the old keys are kept:\n${failed.map((line) => `  - ${line}`).join('\n')}`,
      );
    if (began >= settled) return;
    say('Waiting for work that started with the old key');
    await sleep(Math.max(200, settled - Date.now()));
  }
}

/**
 * A new data key for everything that is sealed, while the program runs: its processes seal with the new key as soon as they
 * hear of it, and open records of either. What was interrupted is taken up by the next call.
 */
export async function rotateEncryption(rotation: Rotation): Promise<void> {
  const { db, masters, say } = rotation;
  const lock = await db.pool.connect();
  try {
    const { rows } = await lock.query<{ held: boolean; now: Date }>(
      'SELECT pg_try_advisory_lock($1) AS held, now() AS now',
      [lockNumbers.keyRotation],
    );
    if (!rows[0]?.held) throw new Error('Another rotation is in progress');
    await rewrap(rotation);
    const keyId = await nextKey(rotation);
    const ring = await KeyRing.load(db.pool, masters);
    const timer = setInterval(() => {
      ring.refresh().catch(() => {});
    }, 2000);
    try {
      await resealAll(rotation, new SecretBox(ring), keyId);
    } finally {
      clearInterval(timer);
    }
    // A key that was retired by an earlier rotation: nothing names it any more.
    const gone = await db.pool.query('DELETE FROM data_keys WHERE retired_at < $1', [rows[0].now]);
    const retired = await db.pool.query(
      'UPDATE data_keys SET retired_at = now() WHERE id <> $1 AND retired_at IS NULL',
      [keyId],
    );
    await notify(db.prisma, ['keys']);
    say(
      `Done: all secrets are encrypted with data key ${keyId}; ${retired.rowCount ?? 0} retired, ${gone.rowCount ?? 0} deleted`,
    );
  } finally {
    lock.release(true);
  }
}
