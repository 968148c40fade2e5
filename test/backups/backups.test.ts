import { expect } from 'vitest';
import { it } from '../fleet/fixtures.ts';
import { databaseOdoo } from '../fleet/database-odoo.ts';
import { ended, Stage } from './stage.ts';

it.override('env', { ODOO_IMAGE: databaseOdoo });

let stage: Stage;
let disk: { id: string; dir: string };

it.beforeAll(async ({ ocore, owner, server }) => {
  stage = await Stage.set(ocore, owner, server);
  disk = await stage.destination();
}, 300_000);

it('writes a snapshot, reads it back, and restic alone restores it byte for byte', async () => {
  await stage.query("INSERT INTO res_partner (name) VALUES ('A customer')");
  const answer = await stage.backup({ notes: 'Before the migration' });
  expect(answer.status).toBe(202);
  expect(answer.text('status')).toBe('pending');
  await ended(stage.owner, answer, 'succeeded');
  const backup = await stage.owner.get(`/backups/${answer.text('id')}`);
  expect(backup.body).toMatchObject({
    status: 'completed',
    backupType: 'manual',
    instanceId: stage.instanceId,
    destinationId: disk.id,
    notes: 'Before the migration',
    isVerified: true,
    includeFilestore: true,
    filestoreSize: 6,
    statusMessage: null,
    progress: null,
  });
  expect(await stage.left()).toEqual([]);
  const listed = await stage.restic(disk.dir, answer.text('id'), 'ls', backup.text('snapshotId'));
  expect(listed).toContain(`/snapshot/odoo/filestore/${stage.database}/ab/ab12`);
  expect(listed).toContain('/snapshot/database/toc.dat');
  expect(listed).not.toContain('sessions');
});
