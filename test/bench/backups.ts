import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseOdoo } from '../fleet/database-odoo.ts';
import { startFleet } from '../fleet/fleet.ts';
import { ended, Stage } from '../backups/stage.ts';
import { Ocore } from '../kit/ocore.ts';
import { ByHand } from './by-hand.ts';
import { Times } from './times.ts';

const rounds = 3;
/** Of the same tools by hand. */
const goal = 1.15;
const mib = 1024 ** 2;
/** Megabytes of the filestore: 5120 by `BENCH_FILESTORE_MB=5120`. */
const filestoreMib = Number(process.env['BENCH_FILESTORE_MB'] ?? 400);

/**
 * A backup from its request to its end, and a restore over the same instance, against the same tools run by hand; and a second
 * backup of an unchanged filestore.
 */
export async function backups(say: (line: string) => void): Promise<void> {
  const fleet = await startFleet({ servers: 1 });
  const ocore = await Ocore.start({ ODOO_IMAGE: databaseOdoo });
  const dirs: string[] = [];
  try {
    const [server] = fleet.servers;
    if (!server) throw new Error('The fleet has no server');
    const stage = await Stage.set(ocore, await ocore.owner(), server);
    await stage.query(
      'CREATE TABLE bulk AS SELECT n, md5(n::text || random()) AS text FROM generate_series(1, 2000000) AS n',
    );
    await stage.query(`ALTER TABLE bulk OWNER TO odoo`);
    const fill = `cd /var/lib/odoo/filestore/$0 && for n in $(seq ${Math.ceil(filestoreMib / 4)}); do head -c ${4 * mib} /dev/urandom >ab/file$n; done`;
    await stage.inside('odoo', 'sh', '-c', fill, stage.database);
    const hand = await ByHand.of(stage);
    const [backing, restoring] = [new Times(goal), new Times(goal)];
    let added = 0;
    for (let round = 0; round <= rounds; round += 1) {
      const dir = await mkdtemp(join(tmpdir(), 'ocore-by-hand-'));
      const disk = await stage.destination(`Round ${round}`);
      dirs.push(dir, disk.dir);
      let backupId = '';
      await backing.take(
        round,
        () => hand.backUp(dir),
        async () => {
          const answer = await stage.backup({ destinationId: disk.id });
          backupId = answer.text('id');
          await ended(stage.owner, answer, 'succeeded');
        },
      );
      await restoring.take(
        round,
        () => hand.restore(dir),
        async () =>
          ended(
            stage.owner,
            await stage.owner.post(`/backups/${backupId}/restore`, { safetyBackup: false }),
            'succeeded',
          ),
      );
      if (round === rounds) added = Number((await stage.taken({ destinationId: disk.id })).at('addedSize'));
      await rm(dir, { recursive: true });
    }
    const data = `${filestoreMib} MiB of files and a database of 2,000,000 rows`;
    backing.say(say, `backup of ${data}`);
    restoring.say(say, `restore of ${data}`);
    say(`second backup moves ${((100 * added) / (filestoreMib * mib)).toFixed(2)} % of the filestore  (goal < 1 %)`);
  } finally {
    await ocore.stop();
    await fleet.stop();
    for (const dir of dirs) await rm(dir, { recursive: true, force: true });
  }
}
