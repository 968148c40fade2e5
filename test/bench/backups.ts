import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseOdoo } from '../fleet/database-odoo.ts';
import { startFleet } from '../fleet/fleet.ts';
import { ended, Stage } from '../backups/stage.ts';
import { Ocore } from '../kit/ocore.ts';

const rounds = 3;
const mib = 1024 ** 2;
/** Megabytes of the filestore: 5120 by `BENCH_FILESTORE_MB=5120`. */
const filestoreMib = Number(process.env['BENCH_FILESTORE_MB'] ?? 400);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** pg_dump, restic and its check of the same database and filestore, on the same engine. */
async function byHand(stage: Stage, volume: string, dir: string): Promise<void> {
  const dump = 'by-hand';
  const restic = (...args: string[]) =>
    stage.docker(
      ...[
        'run',
        '--rm',
        '-e',
        'RESTIC_PASSWORD=by-hand',
        '-e',
        'RESTIC_REPOSITORY=/repository',
        '-v',
        `${dir}:/repository`,
      ],
      ...['-v', `${dump}:/snapshot/database:ro`, '-v', `${volume}:/snapshot/odoo:ro`, 'restic/restic:0.19.1', ...args],
    );
  await stage.docker('volume', 'create', dump);
  await stage.docker(
    ...[
      'run',
      '--rm',
      '--network',
      `ocore-${stage.instanceId}`,
      '-e',
      'PGPASSWORD=by-hand',
      '-v',
      `${dump}:/dump`,
      'postgres:17',
    ],
    ...[
      'pg_dump',
      '-h',
      stage.container('db'),
      '-U',
      'hand',
      '-d',
      stage.database,
      '-Fd',
      '-Z0',
      '-j2',
      '-f',
      '/dump/dump',
    ],
  );
  await restic('init', '-q');
  await restic('backup', '-q', '/snapshot/database', `/snapshot/odoo/filestore/${stage.database}`);
  await restic('check', '-q', '--read-data');
  await stage.docker('volume', 'rm', dump);
}

/** A backup from its request to its end, against the same tools run by hand; and a second one of an unchanged filestore. */
export async function backups(say: (line: string) => void): Promise<void> {
  const fleet = await startFleet({ servers: 1 });
  const ocore = await Ocore.start({ ODOO_IMAGE: databaseOdoo });
  const dirs: string[] = [];
  try {
    const [server] = fleet.servers;
    if (!server) throw new Error('The fleet has no server');
    const stage = await Stage.set(ocore, await ocore.owner(), server);
    await stage.query("CREATE ROLE hand LOGIN SUPERUSER PASSWORD 'by-hand'");
    await stage.query(
      'CREATE TABLE bulk AS SELECT n, md5(n::text || random()) AS text FROM generate_series(1, 2000000) AS n',
    );
    const fill = `cd /var/lib/odoo/filestore/$0 && for n in $(seq ${Math.ceil(filestoreMib / 4)}); do head -c ${4 * mib} /dev/urandom >ab/file$n; done`;
    await stage.inside('odoo', 'sh', '-c', fill, stage.database);
    const { Volumes } = await server.engine.docker.listVolumes({
      filters: { label: [`sh.ocore.instance=${stage.instanceId}`, 'sh.ocore.part=filestore'] },
    });
    const hand: number[] = [];
    const ours: number[] = [];
    let added = 0;
    // In turns: both meet the same machine. The first round only warms the page cache.
    for (let round = 0; round <= rounds; round += 1) {
      const dir = await mkdtemp(join(tmpdir(), 'ocore-by-hand-'));
      const disk = await stage.destination(`Round ${round}`);
      dirs.push(dir, disk.dir);
      const plain = await timed(() => byHand(stage, Volumes?.[0]?.Name ?? '', dir));
      const backup = async () => ended(stage.owner, await stage.backup({ destinationId: disk.id }), 'succeeded');
      const own = await timed(backup);
      if (round > 0) hand.push(plain);
      if (round > 0) ours.push(own);
      if (round === rounds) added = Number((await stage.taken({ destinationId: disk.id })).at('addedSize'));
      await rm(dir, { recursive: true });
    }
    say(
      `${filestoreMib} MiB of files and a database of 2,000,000 rows: by hand ${(median(hand) / 1000).toFixed(1)} s, createBackup until completed ${(median(ours) / 1000).toFixed(1)} s (medians of ${rounds})`,
    );
    say(`oCore / by hand  ${(median(ours) / median(hand)).toFixed(2)}x  (goal <= 1.15x)`);
    say(`second backup moves ${((100 * added) / (filestoreMib * mib)).toFixed(2)} % of the filestore  (goal < 1 %)`);
  } finally {
    await ocore.stop();
    await fleet.stop();
    for (const dir of dirs) await rm(dir, { recursive: true, force: true });
  }
}
