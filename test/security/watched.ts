import type pg from 'pg';
import { type Answer, Client } from '../kit/client.ts';
import type { Plants } from './plants.ts';

/** Something that the program said to somebody. */
export interface Said {
  where: string;
  text: string;
}

/** A client whose every answer is searched. Where an answer is there to show a secret, a plain client asks. */
export class Watched extends Client {
  readonly #said: Said[];

  constructor(said: Said[], url: string, token: string | null, org: string | null, email = '') {
    super(url, token, org, '', email);
    this.#said = said;
  }

  override async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await super.request(method, path, body, headers);
    this.#said.push({
      where: `the answer to ${method} ${path}`,
      text: `${JSON.stringify([...answer.headers])} ${JSON.stringify(answer.body)}`,
    });
    return answer;
  }
}

/** The secrets that stand in the database, whichever the table: in clear, there must be none. */
export async function findInTables(pool: pg.Pool, plants: Plants): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'pgboss')",
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} t`);
    for (const { row } of rows) found.push(...plants.findIn(name, row));
  }
  return found;
}
