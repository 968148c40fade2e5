import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { placeOf, startEmbedded } from '../../prisma/embedded.ts';
import { processOwner } from '../../prisma/postgres-binaries.ts';
import { knownMigrations, migrate } from '../../src/database/migrate.ts';

const copy = promisify(execFile);

/** Without links: what belongs to PostgreSQL's user keeps its owner. */
const copyDirectory = (from: string, to: string): Promise<unknown> => copy('cp', ['-a', '--reflink=auto', from, to]);

/** A cluster that has every migration, and its password. The first of those that make it at once is kept. */
async function preparedCluster(): Promise<string> {
  const migrations = (await knownMigrations()).map(({ name, checksum }) => `${name} ${checksum}`);
  const key = createHash('sha256')
    .update(`${process.getuid?.()}\n${migrations.join('\n')}`)
    .digest('hex')
    .slice(0, 16);
  const kept = join(tmpdir(), `ocore-test-cluster-${key}`);
  if (existsSync(kept)) return kept;
  const own = await mkdtemp(join(tmpdir(), 'ocore-test-cluster-new-'));
  const made = await startEmbedded(join(own, 'data'));
  await migrate(made.url);
  await made.stop();
  const place = await placeOf(join(own, 'data'), await processOwner());
  const whole = join(own, 'whole');
  await mkdir(whole);
  await copyDirectory(place, join(whole, 'postgres'));
  await copyDirectory(join(own, 'data', 'secrets'), whole);
  await rename(whole, kept).catch(() => {});
  if (place !== join(own, 'data', 'postgres')) await rm(dirname(place), { recursive: true, force: true });
  await rm(own, { recursive: true, force: true });
  return kept;
}

/** Gives an empty data directory a database as after a first start: making one takes longer than most tests. */
export async function prepareDatabase(dataDir: string): Promise<void> {
  const cluster = await preparedCluster();
  const place = await placeOf(dataDir, await processOwner());
  await mkdir(dirname(place), { recursive: true });
  await copyDirectory(join(cluster, 'postgres'), place);
  await copyDirectory(join(cluster, 'secrets'), dataDir);
}
