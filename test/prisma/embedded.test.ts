import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { startEmbedded } from '../../prisma/embedded.ts';

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

// Closed to everyone else is what a checkout below /root is.
it.each([0o755, 0o700])('keeps its data between runs, in a data directory of mode %i', async (mode) => {
  const dir = await mkdtemp(join(tmpdir(), 'ocore-embedded-'));
  await chmod(dir, mode);
  try {
    const first = await startEmbedded(dir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
    await first.stop();
    const second = await startEmbedded(dir);
    expect(await query(second.url, 'SELECT number FROM kept')).toEqual([{ number: 7 }]);
    await second.stop();
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
