import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { ConfigError } from '../config.ts';
import { lockNumbers } from '../database/lock-numbers.ts';
import { AppError } from '../errors.ts';
import type { EventHub } from '../events/hub.ts';
import { type MasterKeys, UnknownKeyError } from './master-keys.ts';

export interface DataKey {
  id: string;
  key: Buffer;
}

interface Row {
  id: string;
  wrapped: string;
}

const refreshMs = 5_000;
/** How long a process may seal without having looked which key is current: a rotation waits longer than this before it retires a key. */
export const sealingMs = 15_000;

const currentText =
  'SELECT id, wrapped FROM data_keys WHERE retired_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1';

/** Makes a data key that is newer than every other, whatever the clock says. */
export async function makeDataKey(database: Pool | PoolClient, masters: MasterKeys): Promise<string> {
  const id = randomBytes(9).toString('base64url');
  await database.query(
    "INSERT INTO data_keys (id, wrapped, created_at) SELECT $1, $2, greatest(now(), max(created_at) + interval '1 millisecond') FROM data_keys",
    [id, masters.wrap(id, randomBytes(32))],
  );
  return id;
}

function wrongMaster(error: unknown): never {
  const known =
    error instanceof UnknownKeyError || (error instanceof Error && /unable to authenticate data/.test(error.message));
  if (!known) throw error;
  throw new ConfigError([
    `SSH_ENCRYPTION_KEY: it cannot decrypt the secrets in this database (${error.message}). Set the key that this installation used before; if you have changed it, set SSH_ENCRYPTION_KEY_PREVIOUS to the previous key and run \`npm run keys -- rotate-encryption\``,
  ]);
}

/** The data keys of this process: the current one seals; the others are fetched when a record names them. */
export class KeyRing {
  readonly #pool: Pool;
  readonly #masters: MasterKeys;
  readonly #keys = new Map<string, Buffer>();
  #current: DataKey;
  #checkedAt: number;

  private constructor(pool: Pool, masters: MasterKeys, current: DataKey, checkedAt: number) {
    this.#pool = pool;
    this.#masters = masters;
    this.#current = current;
    this.#checkedAt = checkedAt;
  }

  /** Loads the current key, making the first one; a wrong master key ends the start here, before anything is sealed with it. */
  static async load(pool: Pool, masters: MasterKeys): Promise<KeyRing> {
    const checkedAt = Date.now();
    const row = (await pool.query<Row>(currentText)).rows[0] ?? (await firstKey(pool, masters));
    try {
      return new KeyRing(pool, masters, { id: row.id, key: masters.unwrap(row.id, row.wrapped) }, checkedAt);
    } catch (error) {
      return wrongMaster(error);
    }
  }

  /** The key to seal with. */
  get current(): DataKey {
    if (Date.now() - this.#checkedAt > sealingMs)
      throw new AppError('service_unavailable', 'The encryption keys are temporarily unavailable; try again');
    return this.#current;
  }

  async find(id: string): Promise<Buffer> {
    const known = id === this.#current.id ? this.#current.key : this.#keys.get(id);
    if (known) return known;
    const row = (
      await this.#pool.query<Row>({
        name: 'data key',
        text: 'SELECT id, wrapped FROM data_keys WHERE id = $1',
        values: [id],
      })
    ).rows[0];
    if (!row) throw new UnknownKeyError(`The data key ${id} does not exist`);
    return this.#keep(row);
  }

  async refresh(): Promise<void> {
    const checkedAt = Date.now();
    const row = (await this.#pool.query<Row>({ name: 'current data key', text: currentText })).rows[0];
    if (!row) throw new Error('No data key exists');
    if (row.id !== this.#current.id) {
      this.#keys.set(this.#current.id, this.#current.key);
      this.#current = { id: row.id, key: this.#keep(row) };
    }
    this.#checkedAt = checkedAt;
  }

  /** Follows rotations, by event and by clock. Returns the way to stop. */
  watch(events: EventHub, log: Logger): () => void {
    const refresh = (): void => {
      this.refresh().catch((error: unknown) => log.warn({ err: error }, 'The current data key could not be read'));
    };
    const timer = setInterval(refresh, refreshMs);
    const stop = events.on('keys', refresh);
    return () => {
      clearInterval(timer);
      stop();
    };
  }

  /** The key that opens a record from before there were data keys. */
  direct(id: string): Buffer {
    return this.#masters.direct(id);
  }

  #keep(row: Row): Buffer {
    const key = this.#masters.unwrap(row.id, row.wrapped);
    this.#keys.set(row.id, key);
    return key;
  }
}

async function firstKey(pool: Pool, masters: MasterKeys): Promise<Row> {
  // What was sealed before there were data keys names its master key.
  const sealed = (
    await pool.query<{ record: string }>(
      "SELECT private_key_enc AS record FROM signing_keys WHERE private_key_enc LIKE 'v1.%' LIMIT 1",
    )
  ).rows[0];
  try {
    if (sealed) masters.direct(sealed.record.split('.')[1] ?? '');
  } catch (error) {
    wrongMaster(error);
  }
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    // Two processes may start at once on an empty database: one makes the key, the other waits and finds it.
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockNumbers.dataKeys]);
    if ((await client.query<Row>(currentText)).rows.length === 0) await makeDataKey(client, masters);
    const row = (await client.query<Row>(currentText)).rows[0];
    if (!row) throw new Error('The first data key no longer exists');
    await client.query('COMMIT');
    client.release();
    return row;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
