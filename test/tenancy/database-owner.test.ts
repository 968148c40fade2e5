import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedDatabase, startEmbedded } from '../../prisma/embedded.ts';
import { Ocore } from '../kit/ocore.ts';
import { nowhere } from '../kit/nowhere.ts';

let dir: string;
let database: EmbeddedDatabase;
let admin: pg.Client;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ocore-owner-'));
  database = await startEmbedded(dir);
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.stop();
  await rm(dir, { recursive: true, force: true });
});

/** A database of its own for a role with these attributes. */
async function ownedBy(name: string, attributes: string): Promise<string> {
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'owner' NOSUPERUSER ${attributes}`);
  await admin.query(`CREATE DATABASE ${name} OWNER ${name}`);
  const url = new URL(database.url);
  url.username = name;
  url.password = 'owner';
  url.pathname = `/${name}`;
  return url.href;
}

async function works(url: string): Promise<void> {
  const ocore = await Ocore.start({ DATABASE_URL: url });
  try {
    const [ann, bob] = [await ocore.owner('ann'), await ocore.owner('bob')];
    const server = await ann.post('/servers', {
      name: 'Nobody',
      ...nowhere,
    });
    expect(server.status).toBe(202);
    expect((await ann.get(`/servers/${server.text('id')}`)).status).toBe(200);
    expect((await bob.get(`/servers/${server.text('id')}`)).status).toBe(404);
    expect(
      await ocore.sql("SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = 'servers'::regclass"),
    ).toEqual([{ owner: new URL(url).username }]);
  } finally {
    await ocore.stop();
  }
}

it('says what an administrator must do where the role cannot be made, and works once that is done', async () => {
  const url = await ownedBy('plain', '');
  const failure: unknown = await Ocore.start({ DATABASE_URL: url }).catch((error: unknown) => error);
  const statements = /run (CREATE ROLE .*) as an administrator/.exec(String(failure))?.[1];
  expect(statements).toBe('CREATE ROLE ocore_tenant NOLOGIN; GRANT ocore_tenant TO plain');
  await admin.query(statements ?? '');
  await works(url);
});

it('makes the role itself where it may, and asks for the grant alone where somebody else made it', async () => {
  const other = await ownedBy('other', 'CREATEROLE');
  const failure: unknown = await Ocore.start({ DATABASE_URL: other }).catch((error: unknown) => error);
  const statements = /run (GRANT .*) as an administrator/.exec(String(failure))?.[1];
  expect(statements).toBe('GRANT ocore_tenant TO other');
  await admin.query(statements ?? '');
  await works(other);

  for (const { name } of (
    await admin.query<{ name: string }>("SELECT datname AS name FROM pg_database WHERE datname IN ('plain', 'other')")
  ).rows)
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.query('DROP ROLE ocore_tenant');
  await works(await ownedBy('maker', 'CREATEROLE'));
});
