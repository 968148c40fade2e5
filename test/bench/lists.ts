import { performance } from 'node:perf_hooks';
import type { Answer, Client } from '../kit/client.ts';
import { Ocore } from '../kit/ocore.ts';
import { fillInstances } from '../kit/rows.ts';

const pageSize = 20;
const deep = 10_000;

/** The cursor of the page before the deep one, found as a client finds it: by walking there, 100 rows at a time. */
async function cursorOfDeep(owner: Client, list: string, sort: string): Promise<string> {
  let after: string | null = null;
  for (let rest = (deep - 1) * pageSize; rest > 0; rest -= 100) {
    const answer: Answer = await owner.graphql(`query ($first: Int, $after: String) { ${list}(first: $first, after: $after, sort: ${sort}) { pageInfo { endCursor } } }`, { first: Math.min(100, rest), after });
    after = answer.text(`data.${list}.pageInfo.endCursor`);
  }
  return after ?? '';
}

async function median(owner: Client, path: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 300; round += 1) {
    const began = performance.now();
    const answer = await owner.get(path);
    if (answer.at(`data.${pageSize - 1}`) === undefined) throw new Error(`${path} gave no whole page`);
    // The first ones warm up.
    if (round >= 100) times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[times.length / 2] ?? Number.NaN;
}

/** Page 10,000 of a list against its page 1, by time and by name. */
export async function lists(say: (line: string) => void): Promise<void> {
  const ocore = await Ocore.start({ OCORE_ROLE: 'gateway' });
  try {
    const owner = await ocore.owner();
    await fillInstances(ocore, owner.org ?? '', 1);
    const rows = deep * pageSize;
    // Copies of the one instance, and as many projects.
    await ocore.sql(
      `INSERT INTO instances SELECT (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(), 'name', 'Instance ' || n, 'slug', 'copy-' || n))).* FROM instances i, generate_series(1, $1::int) n`, [rows]);
    await ocore.sql(
      `INSERT INTO projects SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'name', 'Project ' || n, 'slug', 'copy-' || n))).* FROM projects p, generate_series(1, $1::int) n`, [rows]);
    await ocore.sql('ANALYZE');
    for (const [list, sort, order] of [['instances', '-created_at', 'CREATED_AT_DESC'], ['instances', 'name', 'NAME'], ['projects', 'name', 'NAME']] as const) {
      const path = `/${list}?sort=${sort}&limit=${pageSize}`;
      const cursor = await cursorOfDeep(owner, list, order);
      const first = await median(owner, path);
      const last = await median(owner, `${path}&cursor=${cursor}`);
      say(`${path}: page 1 ${first.toFixed(2)} ms, page ${deep} ${last.toFixed(2)} ms (median of 200)`);
      say(`page ${deep} / page 1  ${(last / first).toFixed(2)}x  (goal <= 1.20x)`);
    }
  } finally {
    await ocore.stop();
  }
}
