import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { beforeAll, expect, it } from 'vitest';
import { type Entry, seal } from '../../src/system-backups/archive.ts';
import {
  blockName,
  columnsName,
  headName,
  manifestName,
  TableSum,
  verifyBackup,
} from '../../src/system-backups/format.ts';
import { passphrase } from './kit.ts';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const head = {
  format: 1,
  id: '0197a1ec-5d2b-7a3c-8e4f-1b2c3d4e5f60',
  createdAt: '2026-11-27T02:30:00.000Z',
  appUrl: 'https://ocore.example.com',
  migrations: [{ name: '20261124000000_foundation', checksum: '00' }],
  keys: { current: 'a key that has more than thirty-two characters', previous: [] },
};
/** Incompressible, so that the file has several chunks of the encryption. */
const rows = Buffer.from(`${randomBytes(60_000).toString('base64')}\n${randomBytes(120_000).toString('base64')}\n`);

function entries(change: (entries: Entry[]) => Entry[] = (all) => all): AsyncIterable<Entry> {
  const sum = new TableSum('users', ['name']);
  sum.add(rows);
  return Readable.from(
    change([
      { name: headName, content: json(head) },
      { name: columnsName('users'), content: json(['name']) },
      { name: blockName('users', 1), content: rows.subarray(0, 100_000) },
      { name: blockName('users', 2), content: rows.subarray(100_000) },
      { name: manifestName, content: json({ tables: [sum.done()], sequences: [] }) },
    ]),
  );
}

const made = async (all = entries()): Promise<Buffer> => Buffer.concat(await (await seal(all, passphrase)).toArray());
const verify = (file: Buffer, secret = passphrase) => verifyBackup(Readable.from([file]), secret);

let file: Buffer;
/** Where the header ends, and each chunk of 64 KiB with its tag. */
let boundaries: number[];

beforeAll(async () => {
  file = await made();
  const header = file.indexOf('\n', file.indexOf('\n--- ') + 1) + 1;
  boundaries = [];
  for (let end = header; end < file.length; end += 65_552) boundaries.push(end);
  // The nonce of the payload stands before the first chunk.
  boundaries.push(header + 16, header + 16 + 65_552, header + 16 + 2 * 65_552);
});

it('reads a backup as it was written, and has nothing readable in it but the parameters of the passphrase', async () => {
  expect(await verify(file)).toEqual({ head, tables: 1, rows: 2 });
  const text = file.toString('latin1');
  expect(text).toMatch(/^age-encryption\.org\/v1\n-> ocore\.sh\/argon2id [\w-]{22} m=65536,t=3,p=4\n/);
  for (const secret of [head.keys.current, head.appUrl, 'users', headName]) expect(text).not.toContain(secret);
  expect((await made()).equals(file)).toBe(false);
});

it('tells a wrong passphrase', async () => {
  await expect(verify(file, 'correct horse battery stable')).rejects.toThrow('The passphrase is wrong');
});

it('refuses a file that was cut off, wherever', async () => {
  const places = new Set([0, 1, 20, 60, 100, ...boundaries.flatMap((at) => [at - 1, at, at + 1]), file.length - 1]);
  for (const length of places)
    if (length < file.length)
      await expect(verify(file.subarray(0, length)), `cut off at ${length}`).rejects.toThrow(/backup/);
}, 240_000);

it('refuses a file of which a byte was altered, wherever, or to which one was added', async () => {
  for (const place of new Set([0, 5, 30, 60, 90, 120, 180, ...boundaries, file.length - 1])) {
    const altered = Buffer.from(file);
    altered.writeUInt8(altered.readUInt8(place) ^ 1, place);
    await expect(verify(altered), `altered at ${place}`).rejects.toThrow(/backup|passphrase/);
  }
  await expect(verify(Buffer.concat([file, Buffer.from([0])]))).rejects.toThrow(/backup/);
}, 240_000);

it('asks for no more memory than it should, whatever a header says', async () => {
  const greedy = Buffer.from(file.toString('latin1').replace('m=65536', 'm=99999999'), 'latin1');
  await expect(verify(greedy)).rejects.toThrow('The header of the backup is damaged');
});

it.for<[string, (all: Entry[]) => Entry[], RegExp]>([
  ['without its end', (all) => all.slice(0, -1), /its end is missing/],
  ['without a part of a table', (all) => all.filter(({ name }) => !name.endsWith('2.copy')), /differ/],
  [
    'with its parts in another order',
    ([a, b, c, d, e]) => [a, b, d, c, e].filter((one) => one !== undefined),
    /differ/,
  ],
  ['that begins with something else', (all) => all.slice(1), /begins with/],
  ['with something after its end', (all) => [...all, ...all.slice(1, 2)], /goes on after its end/],
  [
    'of a newer format',
    ([_, ...all]) => [{ name: headName, content: json({ ...head, format: 2 }) }, ...all],
    /newer oCore/,
  ],
  [
    'with an unknown part',
    ([first, ...all]) => [...(first ? [first] : []), { name: '../x', content: json(1) }, ...all],
    /unknown part/,
  ],
])('refuses a backup %s', async ([, change, reason]) => {
  await expect(verify(await made(entries(change)))).rejects.toThrow(reason);
});

it('tells that the writing failed', async () => {
  async function* failing(): AsyncGenerator<Entry> {
    yield { name: headName, content: json(head) };
    throw new Error('the database went away');
  }
  await expect(made(failing())).rejects.toThrow('the database went away');
});
