import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { Ocore } from '../kit/ocore.ts';
import { Program } from '../kit/program.ts';

const key = 'the key of the tests of the hash chain, long enough';
it.override('env', { SSH_ENCRYPTION_KEY: key });

async function audit(ocore: Ocore, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const program = Program.run('src/cli/audit.ts', args, {
    DATABASE_URL: ocore.running.databaseUrl,
    SSH_ENCRYPTION_KEY: key,
  });
  const code = await program.ended();
  return { code, output: program.output };
}

/** All that was written is sealed. */
async function sealed(ocore: Ocore): Promise<void> {
  await expect
    .poll(() =>
      ocore.sql('SELECT id FROM audit_entries e WHERE NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id)'),
    )
    .toEqual([]);
}

interface Row extends pg.QueryResultRow {
  id: string;
  seq: string;
}

async function entriesOf(ocore: Ocore, client: Client): Promise<Row[]> {
  return ocore.sql<Row>(
    'SELECT e.id, s.seq FROM audit_entries e JOIN audit_seals s ON s.entry_id = e.id JOIN organizations o ON o.id = e.org_id WHERE o.slug = $1 ORDER BY s.seq',
    [client.org],
  );
}

/** By somebody who owns the database, and puts everything back afterwards. */
async function byHand(
  ocore: Ocore,
  statements: readonly [string, unknown[]][],
  look: () => Promise<void>,
): Promise<void> {
  const tables = ['audit_entries', 'audit_seals', 'audit_anchors', 'audit_chains'];
  const all = (sql: (name: string) => string): string => tables.map(sql).join('; ');
  await ocore.sql(all((name) => `CREATE TABLE kept_${name} AS TABLE ${name}`));
  const off = 'SET session_replication_role = replica';
  const client = new pg.Client({ connectionString: ocore.running.databaseUrl });
  await client.connect();
  try {
    await client.query(off);
    for (const [text, values] of statements) await client.query(text, values);
    await look();
  } finally {
    await client.query(
      all((name) => `DELETE FROM ${name}; INSERT INTO ${name} TABLE kept_${name}; DROP TABLE kept_${name}`),
    );
    await client.end();
  }
}

it.beforeAll(async ({ owner }) => {
  for (const name of ['One', 'Two', 'Three', 'Four']) await owner.post('/projects', { name });
});

it('finds nothing where nothing was changed, and goes on while entries are written', async ({ ocore, owner }) => {
  const verified = Promise.all([1, 2, 3].map(() => audit(ocore, 'verify')));
  const written = (async (): Promise<void> => {
    for (let at = 0; (await Promise.race([verified, sleep(10, null)])) === null; at += 1)
      await owner.post('/projects', { name: `Beside ${at}` });
  })();
  for (const { code, output } of await verified) {
    expect(output).toMatch(/entries in 2 chains; \d+ are not sealed yet; nothing was altered, removed or inserted/);
    expect(code).toBe(0);
  }
  await written;
  await sealed(ocore);
});

describe('the database', () => {
  const statements: [string, string][] = [
    ['an UPDATE', "UPDATE audit_entries SET actor_name = 'Somebody else'"],
    ['a DELETE', 'DELETE FROM audit_entries'],
    ['a TRUNCATE', 'TRUNCATE audit_entries'],
    ['an UPDATE of seals', 'UPDATE audit_seals SET seq = seq + 1000'],
    ['a DELETE of seals', 'DELETE FROM audit_seals'],
    ['a TRUNCATE of seals', 'TRUNCATE audit_seals'],
  ];
  it.for(statements)('refuses %s, also to the owner of the tables', async ([, statement], { ocore, owner: _owner }) => {
    await expect(ocore.sql(statement)).rejects.toThrow(/The audit log is only added to/);
  });
});

describe('verify names', () => {
  it('an entry that was altered by hand', async ({ ocore, owner }) => {
    const [, second] = await entriesOf(ocore, owner);
    await byHand(
      ocore,
      [["UPDATE audit_entries SET actor_name = 'Somebody else' WHERE id = $1", [second?.id]]],
      async () => {
        const { code, output } = await audit(ocore, 'verify');
        expect([code, output.match(/^altered: .*$/gm)]).toEqual([
          1,
          [expect.stringContaining(`Entry ${second?.id} (`)],
        ]);
      },
    );
  });

  it('an entry that was removed by hand, without its seal and with it', async ({ ocore, owner }) => {
    const [first, second, third] = await entriesOf(ocore, owner);
    const remove: [string, unknown[]] = ['DELETE FROM audit_entries WHERE id = $1', [second?.id]];
    await byHand(ocore, [remove], async () => {
      const { code, output } = await audit(ocore, 'verify');
      expect([code, output.match(/^\w+: .*$/gm)]).toEqual([
        1,
        [expect.stringMatching(`^removed: Entry ${second?.id}, number 2`)],
      ]);
    });
    await byHand(ocore, [remove, ['DELETE FROM audit_seals WHERE entry_id = $1', [second?.id]]], async () => {
      const { code, output } = await audit(ocore, 'verify');
      expect([code, output.match(/^\w+: .*$/gm)]).toEqual([
        1,
        [expect.stringMatching(`^seal_removed: The entries 2 .* between entry ${first?.id} and entry ${third?.id}`)],
      ]);
    });
  });

  it('the end of a chain that was removed, with all that says how long it was but the anchors', async ({
    ocore,
    owner,
  }) => {
    await audit(ocore, 'anchor');
    const kept = join(await mkdtemp(join(tmpdir(), 'ocore-anchors-')), 'anchors.jsonl');
    await writeFile(kept, (await audit(ocore, 'anchors')).output);
    const rows = await entriesOf(ocore, owner);
    const cut = rows.at(-3);
    const gone = rows.slice(-2).map(({ id }) => id);
    const chain = '(SELECT id FROM organizations WHERE slug = $1)';
    const statements: [string, unknown[]][] = [
      ['DELETE FROM audit_entries WHERE id = ANY($1)', [gone]],
      ['DELETE FROM audit_seals WHERE entry_id = ANY($1)', [gone]],
      [
        `UPDATE audit_chains c SET seq = $2, link = (SELECT link FROM audit_seals s WHERE s.chain = c.chain AND s.seq = $2) WHERE chain = ${chain}`,
        [owner.org, cut?.seq],
      ],
    ];
    const wanted = `end_removed: The end of the chain was removed: entries ${Number(cut?.seq) + 1} to ${rows.at(-1)?.seq}`;
    await byHand(ocore, statements, async () => {
      const { code, output } = await audit(ocore, 'verify');
      expect([code, output]).toEqual([1, expect.stringContaining(wanted)]);
    });
    // And the anchors: those that were kept elsewhere tell.
    const all: [string, unknown[]][] = [
      ...statements,
      [`DELETE FROM audit_anchors WHERE org_id = ${chain} AND seq > $2`, [owner.org, cut?.seq]],
    ];
    await byHand(ocore, all, async () => {
      expect((await audit(ocore, 'verify')).code).toBe(0);
      const { code, output } = await audit(ocore, 'verify', '--anchors', kept);
      expect([code, output]).toEqual([1, expect.stringContaining(wanted)]);
    });
  });

  it('an entry that was inserted by hand, whether the triggers saw it or not', async ({ ocore, owner }) => {
    const id = '0197a1f0-0000-7000-8000-00000000000a';
    const insert = `INSERT INTO audit_entries (id, org_id, action, resource_type, actor_type, request_id, mark)
      SELECT $2, id, 'project.deleted', 'project', 'system', 'req_forged', (SELECT mark FROM audit_entries WHERE mark IS NOT NULL LIMIT 1) FROM organizations WHERE slug = $1`;
    await byHand(ocore, [[insert, [owner.org, id]]], async () => {
      const { code, output } = await audit(ocore, 'verify');
      expect([code, output]).toEqual([1, expect.stringContaining(`inserted: Entry ${id} (project.deleted`)]);
    });
    const seen = '0197a1f0-0000-7000-8000-00000000000b';
    await byHand(
      ocore,
      [
        ['SET session_replication_role = origin', []],
        [insert, [owner.org, seen]],
        ['SET session_replication_role = replica', []],
      ],
      async () => {
        // Also when what seals has passed it: what is written after it is sealed.
        await owner.post('/projects', { name: 'After it' });
        await expect
          .poll(() =>
            ocore.sql(
              "SELECT 1 FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id WHERE e.resource_name = 'After it'",
            ),
          )
          .toHaveLength(1);
        const { code, output } = await audit(ocore, 'verify');
        expect([code, output.match(/^\w+: .*$/gm)]).toEqual([
          1,
          [expect.stringContaining(`inserted: Entry ${seen} (project.deleted`)],
        ]);
      },
    );
  });

  it('a chain that was sealed anew after an entry was altered', async ({ ocore, owner }) => {
    await audit(ocore, 'anchor');
    const rows = await entriesOf(ocore, owner);
    const anew: [string, unknown[]][] = [
      ["UPDATE audit_entries SET actor_name = 'Somebody else' WHERE id = $1", [rows[2]?.id]],
      [
        'UPDATE audit_seals SET link = sha256(link) WHERE chain = (SELECT id FROM organizations WHERE slug = $1) AND seq >= 3',
        [owner.org],
      ],
    ];
    await byHand(ocore, anew, async () => {
      const { code, output } = await audit(ocore, 'verify');
      expect([code, output]).toEqual([
        1,
        expect.stringContaining('rewritten: The chain is another one than was signed'),
      ]);
    });
  });

  it('an anchor and a key that this installation did not make', async ({ ocore, owner: _owner }) => {
    await byHand(ocore, [['UPDATE audit_anchors SET seq = seq + 1', []]], async () => {
      expect((await audit(ocore, 'verify')).output).toMatch(/^wrong_anchor: .* has no valid signature/m);
    });
  });
});

it('signs anchors that anybody can check with the public key', async ({ ocore, owner: _owner }) => {
  const lines = (await audit(ocore, 'anchors')).output.trim().split('\n');
  const shape = z.object({
    chain: z.string(),
    kind: z.string(),
    seq: z.string(),
    hash: z.string(),
    publicKey: z.string(),
    signature: z.string(),
    createdAt: z.string(),
  });
  const { createPublicKey, verify } = await import('node:crypto');
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) {
    const { chain, kind, seq, hash, publicKey, signature, createdAt } = shape.parse(JSON.parse(line));
    const text = ['ocore-audit-anchor-v1', chain, kind, seq, hash, createdAt].join('\n');
    expect(verify(null, Buffer.from(text), createPublicKey(publicKey), Buffer.from(signature, 'base64'))).toBe(true);
  }
});
