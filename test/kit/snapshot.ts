import pg from 'pg';

/** Keeps all rows of a database aside, to bring them back after each thing that changes some. */
export class Snapshot {
  readonly #client: pg.Client;
  readonly #restore: string;

  private constructor(client: pg.Client, restore: string) {
    this.#client = client;
    this.#restore = restore;
  }

  static async take(url: string): Promise<Snapshot> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('_prisma_migrations', 'request_counters')",
    );
    await client.query(
      `DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept; ${rows.map(({ name }) => `CREATE TABLE kept.${name} AS TABLE public.${name}`).join('; ')}`,
    );
    // Foreign keys are triggers: not asked while the rows go and come back.
    return new Snapshot(
      client,
      `BEGIN; SET LOCAL session_replication_role = replica; ${rows.map(({ name }) => `DELETE FROM public.${name}; INSERT INTO public.${name} SELECT * FROM kept.${name}`).join('; ')}; COMMIT`,
    );
  }

  async restore(): Promise<void> {
    await this.#client.query(this.#restore);
  }

  async close(): Promise<void> {
    await this.#client.query('DROP SCHEMA kept CASCADE');
    await this.#client.end();
  }
}
