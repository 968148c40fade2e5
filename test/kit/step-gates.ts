import pg from 'pg';

/**
 * Lets a test stop operations at a step: where it begins, and where its success is recorded. A trigger waits there for a
 * lock that the test holds, inside the worker's own transaction.
 */
const trigger = `
  CREATE TABLE test_gates (operation_id uuid PRIMARY KEY, step text NOT NULL, key int GENERATED ALWAYS AS IDENTITY);
  CREATE TABLE test_claims (operation_id uuid, attempt int, late interval);
  CREATE FUNCTION test_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE found int;
    BEGIN
      SELECT key INTO found FROM test_gates WHERE operation_id = NEW.operation_id AND step = NEW.name;
      IF found IS NOT NULL AND NEW.status = 'running' AND OLD.status <> 'running' THEN PERFORM pg_advisory_xact_lock_shared(4711, found); END IF;
      IF found IS NOT NULL AND NEW.status = 'succeeded' AND OLD.status = 'running' THEN PERFORM pg_advisory_xact_lock_shared(4712, found); END IF;
      RETURN NEW;
    END $$;
  CREATE TRIGGER test_gate BEFORE UPDATE ON operation_steps FOR EACH ROW EXECUTE FUNCTION test_gate();
  CREATE FUNCTION test_claim() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO test_claims VALUES (NEW.id, NEW.attempt, clock_timestamp() - OLD.lease_until);
      RETURN NEW;
    END $$;
  CREATE TRIGGER test_claim AFTER UPDATE ON operations FOR EACH ROW WHEN (NEW.attempt <> OLD.attempt) EXECUTE FUNCTION test_claim();`;

export class StepGates {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async install(databaseUrl: string): Promise<StepGates> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(trigger);
    return new StepGates(client);
  }

  /** Closes both gates of a step, before any worker can come to it. */
  async close(operationId: string, step: string): Promise<void> {
    const { rows } = await this.#client.query<{ key: number }>(
      'INSERT INTO test_gates (operation_id, step) VALUES ($1, $2) RETURNING key',
      [operationId, step],
    );
    await this.#client.query('SELECT pg_advisory_lock(4711, $1), pg_advisory_lock(4712, $1)', [rows[0]?.key]);
  }

  /** The operations that wait where their step begins. */
  async waiting(): Promise<string[]> {
    const { rows } = await this.#client.query<{ operation_id: string }>(
      "SELECT operation_id FROM pg_locks JOIN test_gates ON key = objid::int WHERE locktype = 'advisory' AND classid = 4711 AND NOT granted",
    );
    return rows.map((row) => row.operation_id);
  }

  /** Lets the step begin; its success still cannot be recorded. */
  async letBegin(operationId: string): Promise<void> {
    await this.#client.query('SELECT pg_advisory_unlock(4711, key) FROM test_gates WHERE operation_id = $1', [
      operationId,
    ]);
  }

  /** Those whose step is begun and not over, as everybody sees. */
  async inStep(): Promise<string[]> {
    const { rows } = await this.#client.query<{ operation_id: string }>(
      "SELECT g.operation_id FROM test_gates g JOIN operation_steps s ON s.operation_id = g.operation_id AND s.name = g.step WHERE s.status = 'running'",
    );
    return rows.map((row) => row.operation_id);
  }

  /** Why those ended that never came to their step. */
  async endedBefore(): Promise<string[]> {
    const { rows } = await this.#client.query<{ why: string }>(
      "SELECT concat_ws(' ', o.kind, g.step, o.status, o.error_message) AS why FROM test_gates g JOIN operations o ON o.id = g.operation_id WHERE o.status NOT IN ('queued', 'running')",
    );
    return rows.map((row) => row.why);
  }

  async open(): Promise<void> {
    await this.#client.query('SELECT pg_advisory_unlock_all()');
    await this.#client.query('DELETE FROM test_gates');
  }

  /** How long after the end of the lease the operation was taken for the second time, in ms, by the database's clock. */
  async takenAfter(operationId: string): Promise<number | undefined> {
    const { rows } = await this.#client.query<{ ms: number }>(
      'SELECT (extract(epoch FROM late) * 1000)::float AS ms FROM test_claims WHERE operation_id = $1 AND attempt = 2',
      [operationId],
    );
    return rows[0]?.ms;
  }

  async end(): Promise<void> {
    await this.#client.end();
  }
}
