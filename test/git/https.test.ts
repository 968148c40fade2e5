import { setTimeout as sleep } from 'node:timers/promises';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Git, GitAccess } from '../../src/git/index.ts';
import { GitHttpsServer } from '../fleet/git-server/https.ts';
import { gitmodules, ServedRepository } from '../fleet/git-server/repository.ts';
import { codeOf, never, networks, refusal, remote, stage } from './stage.ts';

const place = await stage();
const server = await GitHttpsServer.start(place.root);
const token = 'glpat-8s2K/xq7+vTz';
const login = { username: 'oauth2', token };
const access: GitAccess = { kind: 'token', ...login };
let git: Git;
let erp: ServedRepository;
let sha: string;

beforeAll(async () => {
  erp = await ServedRepository.create(place.root, 'erp.git');
  sha = await erp.commit('main', { 'a.txt': 'A', 'big.bin': Buffer.alloc(300_000, 7) });
  git = place.git();
});
beforeEach(() => {
  server.login = login;
  server.requests.length = 0;
  server.instead = () => false;
});
afterAll(async () => {
  await server.stop();
  await place.end();
});

/** What runs on this machine now, with its arguments and its environment. */
async function processes(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')));
  return texts.map((text) => text.replaceAll('\0', ' '));
}
const ofThisStage = async (): Promise<string[]> =>
  (await processes()).filter((line) => line.includes(`:${server.port}/`) || line.includes(place.root));

it('reads with a token, which is in no argument and no file', async () => {
  const seen: string[] = [];
  server.instead = () => {
    // While the host is asked, Git runs.
    void processes().then((lines) => seen.push(...lines));
    return false;
  };
  const progress: string[] = [];
  const tree = await git.fetch(remote(server.url('/erp.git'), access), sha, never, (line) => progress.push(line));
  expect((await tree.entries()).map(({ path, type, size }) => [path, type, size])).toEqual([
    ['a.txt', 'file', 1],
    ['big.bin', 'file', 300_000],
  ]);
  expect((await tree.file('big.bin', 300_000)).equals(Buffer.alloc(300_000, 7))).toBe(true);
  expect(await refusal(tree.file('big.bin', 299_999))).toMatch(/^git_too_large: /);
  expect(await refusal(tree.file('none.txt', 10))).toMatch(/^git_ref_not_found: /);
  expect(progress.join('\n')).toMatch(/Enumerating objects/);
  expect(seen.some((line) => line.includes('git fetch'))).toBe(true);
  expect(seen.filter((line) => line.includes(token))).toEqual([]);
  for (const name of await readdir(join(place.root, 'cache'), { recursive: true })) {
    const text = await readFile(join(place.root, 'cache', name), 'latin1').catch(() => '');
    expect([name, text.includes(token)]).toEqual([name, false]);
  }
  expect((await git.refs(remote(server.url('/erp.git'), access), never)).defaultBranch).toBe('main');
  expect((await git.log(remote(server.url('/erp.git'), access), undefined, sha, 5, never)).length).toBe(1);
});

it('is denied with a wrong token, without one, and where nothing is', async () => {
  const wrong = { ...access, token: 'wrong' };
  const refs = (path: string, how: GitAccess) => refusal(git.refs(remote(server.url(path), how), never));
  expect(await refs('/erp.git', wrong)).toMatch(/^git_access_denied: Authentication failed/);
  expect(await refs('/erp.git', { kind: 'none' })).toMatch(/^git_access_denied: could not read Username/);
  expect(await refs('/none.git', access)).toMatch(/^git_access_denied: .*not found/);
  expect(await codeOf(git.refs(remote(server.url('/erp.git'), { ...access, token: 'two\nlines' }), never))).toBe(
    'git_access_denied',
  );
});

it('tells no secret that the host repeats', async () => {
  server.instead = (request, response) => {
    if (!request.headers.authorization) return false;
    response
      .writeHead(403, { 'content-type': 'text/plain' })
      .end(`no: ${token} ${request.headers.authorization}\u001b[31m`);
    return true;
  };
  const said = await refusal(git.refs(remote(server.url('/erp.git'), access), never));
  expect(said).toMatch(/^git_access_denied: no: … Basic … \[31m; /);
  expect(said).not.toContain(token);
});

it('connects to the address that was checked, whatever the name leads to', async () => {
  networks.asked.length = 0;
  expect((await git.refs(remote(server.url('/erp.git', 'any.receiver.test'), access), never)).branches.length).toBe(1);
  expect(networks.asked).toEqual(['any.receiver.test']);
  // The certificate is not for it.
  expect(await refusal(git.refs(remote(server.url('/erp.git', 'other.test.receiver.test'), access), never))).toMatch(
    /^git_unreachable: .*certificate/i,
  );
  expect(await refusal(git.refs(remote(`https://127.0.0.2:${server.port}/erp.git`, access), never))).toMatch(
    /^git_refused: /,
  );
});

it('goes nowhere that the host leads on to, but to the same name with .git', async () => {
  const inner = await GitHttpsServer.start(place.root);
  server.instead = (request, response) => {
    response.writeHead(301, { location: `https://127.0.0.1:${inner.port}${request.url}` }).end();
    return true;
  };
  expect(await refusal(git.refs(remote(server.url('/erp.git'), access), never))).toMatch(/^git_refused: /);
  expect(inner.requests).toEqual([]);
  await inner.stop();
  server.instead = (request, response) => {
    if (!request.url?.startsWith('/erp/')) return false;
    response.writeHead(301, { location: server.url(request.url.replace('/erp/', '/erp.git/')) }).end();
    return true;
  };
  expect((await git.refs(remote(server.url('/erp'), access), never)).branches.length).toBe(1);
});

describe('submodules', () => {
  const withModule = async (url: string, id = sha) =>
    erp.commit('modules', { '.gitmodules': gitmodules({ 'deps/other': url }), 'deps/other': { submodule: id } });
  const fetched = async (commit: string) => refusal(git.fetch(remote(server.url('/erp.git'), access), commit, never));

  it('of the same host get the token, also where they are named over SSH', async () => {
    const other = await ServedRepository.create(place.root, 'other.git');
    const inner = await other.commit('main', { 'x/__init__.py': '' });
    for (const url of ['../other.git', server.url('/other.git'), 'git@git.receiver.test:other.git']) {
      const tree = await git.fetch(remote(server.url('/erp.git'), access), await withModule(url, inner), never);
      expect((await tree.entries('deps')).map(({ path }) => path)).toContain('deps/other/x/__init__.py');
    }
  });

  it('of another host do not get it', async () => {
    const away = await GitHttpsServer.start(place.root);
    away.login = login;
    const said = await fetched(await withModule(away.url('/erp.git', 'other.receiver.test')));
    expect(said).toMatch(/^git_access_denied: submodule deps\/other: could not read Username/);
    expect(away.requests.length).toBeGreaterThan(0);
    expect(away.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    await away.stop();
  });

  it.for([
    ['ext::sh -c id', 'must not contain spaces'],
    ['ext::id', 'must be like'],
    ['file:///etc', 'must be an SSH or an HTTPS URL, not file'],
    ['/etc/passwd', 'must be like'],
    ['http://git.receiver.test/x', 'not http'],
    ['https://127.0.0.2/x', 'does not allow connections'],
    ['https://10.0.0.1/x', 'does not allow connections'],
    ['https://0x7f000002/x', 'does not allow connections'],
    ['https://u:p@git.receiver.test/x', 'must not contain credentials'],
    ['../../../../x', 'leads out of its host'],
    ['ssh://git@other.receiver.test/x', 'over SSH'],
  ] as const)('at %s are refused', async ([url, why]) => {
    const said = await fetched(await withModule(url));
    expect(said).toMatch(/^git_refused: submodule deps\/other: /);
    expect(said).toContain(why);
    expect(said).not.toContain(token);
  });

  it.for(['-u./x', '--upload-pack=id'])('at %s are refused as they arrive', async (url) => {
    expect(await fetched(await withModule(url))).toMatch(/^git_refused: .*disallowed submodule url/);
  });

  it('are bounded in depth and number, and have a URL', async () => {
    const nested = await ServedRepository.create(place.root, 'nested.git');
    let inner = await nested.commit('main', { x: '' });
    for (let depth = 0; depth < 6; depth += 1)
      inner = await nested.commit(`d${depth}`, {
        '.gitmodules': gitmodules({ m: './../nested.git' }),
        m: { submodule: inner },
      });
    expect(await refusal(git.fetch(remote(server.url('/nested.git'), access), inner, never))).toMatch(
      /^git_refused: submodule m\/m\/m\/m\/m\/m: submodules are nested too deeply/,
    );
    const names = Array.from({ length: 51 }, (_, index) => `m${index}`);
    const many = await erp.commit('many', {
      '.gitmodules': gitmodules(Object.fromEntries(names.map((name) => [name, './../erp.git']))),
      ...Object.fromEntries(names.map((name) => [name, { submodule: sha }])),
    });
    expect(await fetched(many)).toMatch(/^git_refused: The repository has more than 50 submodules/);
    expect(await fetched(await erp.commit('stray', { m: { submodule: sha } }))).toMatch(
      /^git_refused: The submodule m has no URL in \.gitmodules/,
    );
  });
});

describe('a host that', () => {
  it('sends nothing is left in time, and nothing of it stays', async () => {
    server.instead = () => true;
    const hasty = place.git({ seconds: 2 });
    const before = performance.now();
    expect(await codeOf(hasty.refs(remote(server.url('/erp.git')), never))).toBe('git_unreachable');
    expect(await refusal(hasty.fetch(remote(server.url('/erp.git')), sha, never))).toMatch(
      /^git_unreachable: .*in time/,
    );
    expect(performance.now() - before).toBeLessThan(9000);
    expect(await ofThisStage()).toEqual([]);
  });

  it('is slow is left when the work is cancelled, and nothing of it stays', async () => {
    server.instead = () => true;
    const reason = new Error('enough');
    for (const wanted of ['refs', 'fetch'] as const) {
      const cancel = new AbortController();
      const at = remote(server.url('/erp.git'));
      const work = wanted === 'refs' ? git.refs(at, cancel.signal) : git.fetch(at, sha, cancel.signal);
      const ended = work.then(
        () => 'done',
        (error: unknown) => error,
      );
      await expect.poll(ofThisStage).not.toEqual([]);
      cancel.abort(reason);
      expect(await ended).toBe(reason);
      expect(await ofThisStage()).toEqual([]);
    }
    await sleep(0);
  });

  it('has more than may be fetched is left, and leaves nothing', async () => {
    const large = await ServedRepository.create(place.root, 'large.git');
    const { randomBytes } = await import('node:crypto');
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`f${index}`, randomBytes(1_000_000)]));
    const commit = await large.commit('main', files);
    const at = remote(server.url('/large.git'), access);
    expect(await refusal(place.git({ bytes: 4 * 1024 ** 2 }).fetch(at, commit, never))).toBe(
      'git_too_large: The repository is larger than 4 MiB',
    );
    const left = await readdir(join(place.root, 'cache', at.id), { recursive: true });
    expect(left.filter((name) => /incoming|pack-|tmp_/.test(name))).toEqual([]);
    // Packed it is a few kilobytes.
    const bomb = await large.commit('bomb', { zeros: Buffer.alloc(8 * 1024 ** 2) });
    expect(
      await refusal(place.git({ bytes: 4 * 1024 ** 2 }).fetch(remote(server.url('/large.git'), access), bomb, never)),
    ).toBe('git_too_large: The repository is larger than 4 MiB');
    // History does not count where it is not fetched.
    const small = await large.commit('main', { f: 'small' });
    const tree = await place
      .git({ bytes: 4 * 1024 ** 2 })
      .fetch(remote(server.url('/large.git'), access), small, never);
    expect(await tree.entries()).toHaveLength(1);
  });
});
