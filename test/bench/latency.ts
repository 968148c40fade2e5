import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Ocore, wideLimits } from '../kit/ocore.ts';
import { fillInstances } from '../kit/rows.ts';
import { startChild } from './child.ts';

const event = z.object({
  data: z.object({ operationUpdated: z.object({ steps: z.array(z.object({ message: z.string().nullable() })) }) }),
});

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

/** From the commit of a step's change to its arrival at the clients: 1,000 of them, 50 on each of 20 operations. */
export async function latency(say: (line: string) => void): Promise<void> {
  const ocore = await Ocore.start({ OCORE_ROLE: 'gateway' });
  const owner = await ocore.owner();
  await fillInstances(ocore, owner.org ?? '', 20);
  await ocore.sql(
    "UPDATE operations SET status = 'running', finished_at = NULL, lease_until = now() + interval '1 hour'",
  );
  const operations = (await ocore.sql<{ id: string }>('SELECT id FROM operations')).map((row) => row.id);
  const started = z.object({ url: z.string() });
  const gateway = await startChild(
    'src/main.ts',
    {
      ...wideLimits,
      DATABASE_URL: ocore.running.databaseUrl,
      ENVIRONMENT: 'test',
      OCORE_ROLE: 'gateway',
      PORT: '0',
      DATA_DIR: ocore.dir,
      LOG_LEVEL: 'info',
    },
    (line) => started.safeParse(JSON.parse(line)).data?.url,
  );
  const url = `${gateway.found.replace('http', 'ws')}/graphql`;
  const connectionParams = { authorization: `Bearer ${owner.token ?? ''}`, 'x-org-slug': owner.org ?? '' };
  const query =
    'subscription ($id: ID!) { operationUpdated(id: $id) { status progress steps { name status message } } }';
  const delays: number[] = [];
  const clients = Array.from({ length: 1000 }, (_value, index) => {
    const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
    client.subscribe(
      { query, variables: { id: operations[index % operations.length] } },
      {
        next: (value) => {
          const sent = Number(event.parse(value).data.operationUpdated.steps[0]?.message ?? Number.NaN);
          if (!Number.isNaN(sent)) delays.push(performance.timeOrigin + performance.now() - sent);
        },
        // An event that does not arrive is missing from the count.
        error: () => {},
        complete: () => {},
      },
    );
    return client;
  });
  await sleep(8000);
  const database = new pg.Client({ connectionString: ocore.running.databaseUrl });
  await database.connect();
  const change = async (id: string): Promise<void> => {
    const sent = performance.timeOrigin + performance.now();
    await database.query('BEGIN');
    await database.query('UPDATE operation_steps SET message = $2 WHERE operation_id = $1::uuid AND position = 0', [
      id,
      String(sent),
    ]);
    await database.query('SELECT pg_notify($1, $2)', ['ocore', JSON.stringify({ topic: `operation:${id}` })]);
    await database.query('COMMIT');
  };
  for (let round = 0; round < 10; round += 1) {
    for (const id of operations) {
      await change(id);
      await sleep(60);
    }
  }
  await sleep(1000);
  const expected = 10 * 1000;
  const sorted = delays.sort((a, b) => a - b);
  say(
    `${sorted.length} of ${expected} events arrived at 1,000 subscribers: p50 ${percentile(sorted, 0.5).toFixed(1)} ms, p99 ${percentile(sorted, 0.99).toFixed(1)} ms, most ${(sorted.at(-1) ?? 0).toFixed(1)} ms`,
  );
  say(`p99 / 50 ms  ${(percentile(sorted, 0.99) / 50).toFixed(2)}x  (goal <= 1.00x)`);
  await database.end();
  for (const client of clients) client.terminate();
  await gateway.stop();
  await ocore.stop();
}
