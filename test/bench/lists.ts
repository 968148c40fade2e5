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
    const answer: Answer = await owner.graphql(
      `query ($first: Int, $after: String) { ${list}(first: $first, after: $after, sort: ${sort}) { pageInfo { endCursor } } }`,
      { first: Math.min(100, rest), after },
    );
    after = answer.text(`data.${list}.pageInfo.endCursor`);
  }
  return after ?? '';
}

async function timeOf(owner: Client, path: string): Promise<number> {
  const began = performance.now();
  const answer = await owner.get(path);
  if (answer.at(`data.${pageSize - 1}`) === undefined) throw new Error(`${path} gave no whole page`);
  return performance.now() - began;
}

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

/** The medians of two requests that take turns, so that both meet the same noise. */
async function mediansOf(owner: Client, one: string, other: string): Promise<[number, number]> {
  const times: [number, number][] = [];
  for (let round = 0; round < 400; round += 1) times.push([await timeOf(owner, one), await timeOf(owner, other)]);
  // The first ones warm up.
  const warm = times.slice(100);
  return [median(warm.map(([time]) => time)), median(warm.map(([, time]) => time))];
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
      `INSERT INTO instances SELECT copy.* FROM instances i, generate_series(1, $1::int) n, jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(), 'name', 'Instance ' || n, 'slug', 'copy-' || n)) copy`,
      [rows],
    );
    await ocore.sql(
      `INSERT INTO projects SELECT copy.* FROM projects p, generate_series(1, $1::int) n, jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'name', 'Project ' || n, 'slug', 'copy-' || n)) copy`,
      [rows],
    );
    await ocore.sql('ANALYZE');
    for (const [list, sort, order] of [
      ['instances', '-created_at', 'CREATED_AT_DESC'],
      ['instances', 'name', 'NAME'],
      ['projects', 'name', 'NAME'],
    ] as const) {
      const path = `/${list}?sort=${sort}&limit=${pageSize}`;
      const cursor = await cursorOfDeep(owner, list, order);
      const [first, last] = await mediansOf(owner, path, `${path}&cursor=${cursor}`);
      say(`${path}: page 1 ${first.toFixed(2)} ms, page ${deep} ${last.toFixed(2)} ms (medians of 300)`);
      say(`page ${deep} / page 1  ${(last / first).toFixed(2)}x  (goal <= 1.20x)`);
    }
  } finally {
    await ocore.stop();
  }
}
