import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import type { Client } from '../kit/client.ts';
import { it } from '../kit/fixtures.ts';
import type { GithubKeys } from '../kit/github-keys.ts';

it.override('env', ({ githubKeys }) => githubKeys.env);
it.override('ownerName', 'ann');

let person: Client;
let dir: string;
let github: GithubKeys;
let asked: readonly string[];

it.beforeAll(async ({ owner, githubKeys }) => {
  person = owner;
  github = githubKeys;
  asked = github.asked;
  dir = await mkdtemp(join(tmpdir(), 'ocore-keys-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

let made = 0;
/** A key as ssh-keygen makes it, and what it says of it. */
function keygen(type: string, bits: number): { line: string; fingerprint: string } {
  made += 1;
  const file = join(dir, `key${made}`);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-b', String(bits), '-N', '', '-C', `ann@laptop ${made}`, '-f', file]);
  const [, fingerprint = ''] = execFileSync('ssh-keygen', ['-lf', `${file}.pub`], { encoding: 'utf8' }).split(' ');
  return { line: readFileSync(`${file}.pub`, 'utf8'), fingerprint };
}

const field = (value: Buffer | string): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const lineOf = (type: string, ...fields: (Buffer | string)[]): string =>
  `${type} ${Buffer.concat([field(type), ...fields.map(field)]).toString('base64')}`;
const add = (publicKey: string, label = 'Laptop') => person.post('/user/ssh-keys', { label, publicKey });

describe('keys', () => {
  it.each([
    ['ed25519', 256, null],
    ['rsa', 2048, 'RSA with 2048 bits is weak'],
    ['rsa', 3072, null],
    ['ecdsa', 256, null],
    ['ecdsa', 384, null],
    ['ecdsa', 521, null],
  ] as const)('of type %s with %i bits have the fingerprint of ssh-keygen', async (type, bits, warning) => {
    const { line, fingerprint } = keygen(type, bits);
    const added = await add(line);
    expect([added.status, added.at('fingerprint'), added.at('label')]).toEqual([201, fingerprint, 'Laptop']);
    expect(added.at('publicKey')).toBe(line.split(' ').slice(0, 2).join(' '));
    if (warning) expect(added.text('warning')).toContain(warning);
    else expect(added.at('warning')).toBeNull();
    expect((await add(`  ${line.split(' ').slice(0, 2).join(' ')} other comment\r\n`)).at('error')).toMatchObject({
      code: 'conflict',
      details: { field: 'publicKey' },
    });
  });

  it('of security keys are read, too', async () => {
    const ed25519 = Buffer.from(keygen('ed25519', 256).line.split(' ')[1] ?? '', 'base64').subarray(-32);
    const point = Buffer.from(keygen('ecdsa', 256).line.split(' ')[1] ?? '', 'base64').subarray(-65);
    for (const line of [
      lineOf('sk-ssh-ed25519@openssh.com', ed25519, 'ssh:'),
      lineOf('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', point, 'ssh:'),
    ]) {
      const [, fingerprint] = execFileSync('ssh-keygen', ['-lf', '-'], { input: line, encoding: 'utf8' }).split(' ');
      const added = await add(line);
      expect([added.status, added.at('fingerprint')]).toEqual([201, fingerprint]);
    }
  });

  it('that are weak, broken or private are refused with the reason', async () => {
    const good = keygen('ed25519', 256).line;
    const [type = '', base64 = ''] = good.split(' ');
    const p256 = Buffer.from(keygen('ecdsa', 256).line.split(' ')[1] ?? '', 'base64').subarray(-65);
    const offCurve = Buffer.from(p256);
    offCurve.writeUInt8((offCurve.at(-1) ?? 0) ^ 1, 64);
    const refused: [string, string][] = [
      [keygen('rsa', 1024).line, 'weak_key'],
      [lineOf('ssh-dss', 'p', 'q', 'g', 'y'), 'weak_key'],
      [readFileSync(join(dir, 'key1'), 'utf8'), 'private_key'],
      ['', 'format'],
      ['hello', 'format'],
      [`ssh-rsa ${base64}`, 'format'],
      [`${type} ${base64.slice(0, -8)}`, 'format'],
      [`${type} ${base64} x\n${good}`, 'format'],
      [`command="rm" ${good}`, 'format'],
      [lineOf('ssh-ed25519', Buffer.alloc(32), 'more'), 'format'],
      [lineOf('ecdsa-sha2-nistp256', 'nistp256', offCurve), 'format'],
      [lineOf('ecdsa-sha2-nistp256', 'nistp384', p256), 'format'],
      [lineOf('ssh-rsa', Buffer.from([2]), Buffer.alloc(257, 255)), 'format'],
      ['ssh-ed25519-cert-v01@openssh.com AAAA', 'format'],
    ];
    for (const [line, constraint] of refused) {
      const answered = await add(line);
      expect([line.slice(0, 60), answered.status, answered.at('error.details')]).toEqual([
        line.slice(0, 60),
        400,
        { field: 'publicKey', constraint },
      ]);
    }
    expect((await add(good, '')).at('error.details.field')).toBe('label');
  });

  it('are listed, renamed and deleted by their owner alone', async ({ ocore }) => {
    const owner = await ocore.owner('bob');
    const added = await owner.post('/user/ssh-keys', { label: 'Desk', publicKey: keygen('ed25519', 256).line });
    const path = `/user/ssh-keys/${added.text('id')}`;
    for (const answered of [await person.patch(path, { label: 'Mine' }), await person.delete(path)])
      expect(answered.status).toBe(404);
    expect((await owner.patch(path, { label: 'Old desk' })).at('label')).toBe('Old desk');
    expect((await owner.get('/user/ssh-keys')).body).toEqual({
      data: [{ ...Object(added.body), label: 'Old desk' }],
      next_cursor: null,
      has_more: false,
    });
    expect((await owner.delete(path)).status).toBe(204);
    expect((await owner.delete(path)).status).toBe(404);
    const actions = await ocore.sql<{ action: string }>(
      "SELECT action FROM audit_entries WHERE actor_name = $1 AND action LIKE 'auth.ssh%' ORDER BY id",
      [owner.email],
    );
    expect(actions.map((row) => row.action)).toEqual([
      'auth.ssh_key_added',
      'auth.ssh_key_renamed',
      'auth.ssh_key_removed',
    ]);
  });
});

describe('import from GitHub', () => {
  const importFrom = (githubUsername: string, by = person) =>
    by.post('/user/ssh-keys/import-github', { githubUsername });

  it('adds what is new and good, and skips the rest', async ({ ocore }) => {
    const mine = await ocore.owner('cid');
    const [one, two] = [keygen('ed25519', 256).line, keygen('rsa', 2048).line].map((line) =>
      line.split(' ').slice(0, 2).join(' '),
    );
    github.answer = (_request, response) => {
      response.end([one, keygen('rsa', 1024).line.trim(), one, two, ''].join('\n'));
    };
    expect((await importFrom('octo-cat', mine)).body).toEqual({ imported: 2, skipped: 2 });
    expect(asked.at(-1)).toBe('/octo-cat.keys');
    expect((await importFrom('octo-cat', mine)).body).toEqual({ imported: 0, skipped: 4 });
    const listed = await mine.get('/user/ssh-keys');
    expect([listed.at('data.0.label'), listed.at('data.1.label'), listed.at('data.2')]).toEqual([
      'GitHub octo-cat 4',
      'GitHub octo-cat 1',
      undefined,
    ]);
  });

  it.each(['', 'a/../b', 'a b', '-a', 'a--b', 'a-', 'a?x', 'a'.repeat(40), 'ä', '.'])(
    'asks nobody for the name %j',
    async (name) => {
      const before = asked.length;
      const answered = await importFrom(name);
      expect([answered.status, answered.at('error.details.field'), asked.length]).toEqual([
        400,
        'githubUsername',
        before,
      ]);
    },
  );

  it('follows nothing, reads no more than a list of keys, and says when there is nobody', async () => {
    github.answer = (_request, response) => {
      response.writeHead(302, { location: '/other' }).end();
    };
    expect((await importFrom('mover')).status).toBe(503);
    expect(asked.at(-1)).toBe('/mover.keys');
    github.answer = (_request, response) => {
      response.write('x'.repeat(100_000));
    };
    expect((await importFrom('endless')).status).toBe(503);
    github.answer = (_request, response) => {
      response.writeHead(404).end();
    };
    expect((await importFrom('nobody')).at('error.details.resource')).toBe('github_user');
    github.answer = (_request, response) => {
      response.writeHead(500).end();
    };
    expect((await importFrom('broken')).status).toBe(503);
    github.answer = (_request, response) => {
      response.end('');
    };
    expect((await importFrom('empty')).body).toEqual({ imported: 0, skipped: 0 });
  });
});
