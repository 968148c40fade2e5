import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import { Program } from '../kit/program.ts';

const key = 'the key of the tests of the retention, long enough';
it.override('env', { SSH_ENCRYPTION_KEY: key });

it('forgets what is older than an organization keeps it, up to a signed anchor, and the rest can still be verified', async ({
  ocore,
  owner,
}) => {
  const audit = async (command: string): Promise<[number | null, string]> => {
    const env = { DATABASE_URL: ocore.running.databaseUrl, SSH_ENCRYPTION_KEY: key };
    const program = Program.run('src/cli/audit.ts', [command], env);
    return [await program.ended(), program.output];
  };
  const names = async (): Promise<unknown[]> =>
    (await ocore.sql('SELECT resource_name FROM audit_entries ORDER BY id')).map((row) => row['resource_name']);
  const other = await ocore.owner('other');
  await owner.post('/projects', { name: 'Old' });
  await other.post('/projects', { name: 'Of others' });
  await expect
    .poll(() =>
      ocore.sql(
        "SELECT 1 FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id WHERE resource_name IN ('Old', 'Of others')",
      ),
    )
    .toHaveLength(2);
  await expect.poll(async () => (await audit('anchor'))[0], { timeout: 60_000 }).toBe(0);
  await owner.post('/projects', { name: 'After the anchor' });
  // No API lets it be so short; a test cannot wait 30 days.
  await ocore.sql('UPDATE organizations SET audit_retention_days = 0 WHERE slug = $1', [owner.org]);
  // Each start sweeps; what failed on a busy machine is made up for by the next one.
  const afterStart = async (): Promise<unknown[]> => {
    await ocore.restart();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return names();
  };
  await expect.poll(afterStart, { timeout: 90_000 }).not.toContain('Old');
  expect(await names()).toEqual(expect.arrayContaining(['Of others', 'After the anchor']));
  expect(await audit('verify')).toEqual([0, expect.stringContaining('nothing was altered, removed or inserted')]);

  await owner.post('/projects', { name: 'Later' });
  await expect
    .poll(() =>
      ocore.sql("SELECT 1 FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id WHERE resource_name = 'Later'"),
    )
    .toHaveLength(1);
  expect(await audit('verify')).toEqual([0, expect.stringContaining('nothing was altered, removed or inserted')]);
  // A cut that nobody signed does not hide what was removed.
  await ocore.sql('UPDATE audit_anchors SET seq = seq + 1 WHERE kind = $1', ['cut']);
  const [code, output] = await audit('verify');
  expect([code, output]).toEqual([1, expect.stringMatching(/wrong_anchor: .*\n.*seal_removed: /)]);
}, 240_000);
