import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Git, GitAccess, HostKey } from '../../src/git/index.ts';
import { parseGitUrl } from '../../src/git/index.ts';
import { gitmodules, ServedRepository } from '../fleet/git-server/repository.ts';
import { GitSshServer } from '../fleet/git-server/ssh.ts';
import { newSshKey } from '../kit/ssh-key.ts';
import { codeOf, never, refusal, remote, stage } from './stage.ts';

const server = new GitSshServer();
const old = new GitSshServer({ place: 7, speaksNew: false });
const place = await stage();
let git: Git;
let erp: ServedRepository;
let hostKeys: readonly HostKey[];
let access: GitAccess;
const shas: string[] = [];

beforeAll(async () => {
  erp = await ServedRepository.create(place.root, 'erp.git');
  for (const version of [1, 2, 3])
    shas.push(await erp.commit('main', { 'sale/__manifest__.py': `{'version': '${version}'}` }, `Version ${version}`));
  await erp.git('branch', 'feature/x', 'main~1');
  await erp.git('tag', '-a', '-m', 'One', 'v1', 'main~2');
  await erp.git('tag', 'light', 'main');
  await server.start();
  git = place.git();
  hostKeys = await git.hostKeys(parseGitUrl(server.url(erp.dir)), never);
  access = { kind: 'deploy_key', privateKey: server.privateKey, hostKeys };
});
afterAll(async () => {
  await server.stop();
  await old.stop();
  await place.end();
});
const from = (dir = erp.dir, how = access) => remote(server.url(dir), how);

it('presents the keys of the host', () => {
  expect(hostKeys).toEqual([
    { type: 'ssh-ed25519', key: expect.stringMatching(/^AAAA/), fingerprint: server.sshd.hostKeyFingerprint },
  ]);
});

it('reads branches and tags, and of an annotated tag its commit', async () => {
  const { defaultBranch, branches, tags } = await git.refs(from(), never);
  expect(defaultBranch).toBe('main');
  expect(branches).toEqual([
    { name: 'feature/x', sha: shas[1] },
    { name: 'main', sha: shas[2] },
  ]);
  expect(tags).toEqual([
    { name: 'light', sha: shas[2] },
    { name: 'v1', sha: shas[0] },
  ]);
});

it('fetches a commit that is not the newest, and reads it again without the host', async () => {
  const at = from();
  const tree = await git.fetch(at, shas[0] ?? '', never);
  expect(tree.commit).toMatchObject({
    sha: shas[0],
    author: 'Ada Lovelace',
    email: 'ada@example.com',
    subject: 'Version 1',
  });
  expect(Math.abs(tree.commit.at.getTime() - Date.now())).toBeLessThan(600_000);
  expect((await tree.file('sale/__manifest__.py', 1000)).toString()).toBe("{'version': '1'}");
  await server.stop();
  try {
    const again = await place.git().fetch(at, shas[0] ?? '', never);
    expect((await again.entries()).map(({ path }) => path)).toEqual(['sale', 'sale/__manifest__.py']);
    expect(await refusal(git.refs(at, never))).toMatch(/^git_unreachable: .*Connection refused/);
  } finally {
    await server.sshd.start();
  }
});

it('lists the commits between two, from either side', async () => {
  const subjects = async (since: string | undefined, to: string | undefined, limit = 10) =>
    (await git.log(from(), since, to ?? '', limit, never)).map(({ subject }) => subject);
  expect(await subjects(shas[0], shas[2])).toEqual(['Version 3', 'Version 2']);
  expect(await subjects(shas[2], shas[0])).toEqual([]);
  expect(await subjects(undefined, shas[2], 2)).toEqual(['Version 3', 'Version 2']);
  // What a forced push removed.
  expect(await subjects('0'.repeat(40), shas[1])).toEqual(['Version 2', 'Version 1']);
  expect(await refusal(subjects(shas[0], '0'.repeat(40)))).toMatch(/^git_ref_not_found: /);
  // Of what is known already, only the new is fetched.
  const at = from();
  for (const [since, to, count] of [
    [undefined, shas[0], 1],
    [shas[0], shas[1], 1],
    [shas[0], shas[2], 2],
  ] as const)
    expect(await git.log(at, since, to ?? '', 10, never)).toHaveLength(count);
});

it('tells a commit that is not there', async () => {
  expect(await refusal(git.fetch(from(), 'f'.repeat(40), never))).toBe(
    `git_ref_not_found: The repository has no commit ${'f'.repeat(40)}`,
  );
  expect(await codeOf(git.fetch(from(), '--upload-pack=id', never))).toBe('git_ref_not_found');
});

it('reads submodules of the same host with the same key, relative ones too', async () => {
  const oca = await ServedRepository.create(place.root, 'oca.git');
  const web = await ServedRepository.create(place.root, 'web.git');
  const inner = await web.commit('main', { 'web_widget/__init__.py': '' });
  const middle = await oca.commit('main', {
    '.gitmodules': gitmodules({ deps: '../web.git' }),
    deps: { submodule: inner },
    'README.md': 'OCA',
  });
  const sha = await erp.commit('with-modules', {
    '.gitmodules': gitmodules({ 'addons/oca': server.url(oca.dir) }),
    'addons/oca': { submodule: middle },
  });
  const tree = await git.fetch(from(), sha, never);
  expect((await tree.entries('addons')).map(({ path, type }) => `${type} ${path}`)).toEqual([
    'directory addons/oca',
    'file addons/oca/.gitmodules',
    'file addons/oca/README.md',
    'directory addons/oca/deps',
    'directory addons/oca/deps/web_widget',
    'file addons/oca/deps/web_widget/__init__.py',
  ]);
  expect((await tree.file('addons/oca/README.md', 10)).toString()).toBe('OCA');
});

it('gets a commit from a host of the first protocol: the newest alone, an older one with its branch', async () => {
  await old.start();
  const keys = await git.hostKeys(parseGitUrl(old.url(erp.dir)), never);
  const at = () => remote(old.url(erp.dir), { kind: 'deploy_key', privateKey: old.privateKey, hostKeys: keys });
  expect((await git.fetch(at(), shas[2] ?? '', never)).commit.subject).toBe('Version 3');
  expect((await git.fetch(at(), shas[0] ?? '', never)).commit.subject).toBe('Version 1');
  expect(await refusal(git.fetch(at(), 'f'.repeat(40), never))).toMatch(/^git_ref_not_found: /);
});

it('takes from a host of the first protocol no more history than it may', async () => {
  const large = await ServedRepository.create(place.root, 'large.git');
  const first = await large.commit('main', { 'a.txt': 'small' });
  for (let index = 0; index < 3; index += 1) await large.commit('main', { 'dump.bin': randomBytes(2_000_000) });
  await large.commit('main', { 'a.txt': 'small again' });
  const keys = await git.hostKeys(parseGitUrl(old.url(large.dir)), never);
  const at = remote(old.url(large.dir), { kind: 'deploy_key', privateKey: old.privateKey, hostKeys: keys });
  const small = place.git({ bytes: 3 * 1024 ** 2 });
  const newest = await large.git('rev-parse', 'main');
  expect((await small.fetch(at, newest, never)).commit.sha).toBe(newest);
  expect(await refusal(small.fetch(at, first, never))).toBe('git_too_large: The repository is larger than 3 MiB');
});

it('begins again where a killed worker has left locks and half a download', async () => {
  const at = from();
  await git.fetch(at, shas[0] ?? '', never);
  const [name = ''] = await readdir(join(place.root, 'cache', at.id));
  const cache = join(place.root, 'cache', at.id, name);
  const long = new Date(Date.now() - 3_600_000);
  await mkdir(join(cache, 'incoming-old', 'pack'), { recursive: true });
  for (const left of ['shallow.lock', 'refs/ocore/x.lock', 'incoming-old/pack/tmp_pack_x'])
    await writeFile(join(cache, left), 'x');
  for (const left of ['shallow.lock', 'refs/ocore/x.lock', 'incoming-old']) await utimes(join(cache, left), long, long);
  expect((await git.fetch(at, shas[1] ?? '', never)).commit.subject).toBe('Version 2');
  expect((await readdir(cache, { recursive: true })).filter((one) => /lock|incoming/.test(one))).toEqual([]);
  // All of it can be deleted.
  await rm(join(place.root, 'cache'), { recursive: true });
  expect((await git.fetch(at, shas[1] ?? '', never)).commit.subject).toBe('Version 2');
});

it('lets several work on one repository at once', async () => {
  const at = from();
  const others = [git, git, place.git(), place.git()];
  const trees = await Promise.all(others.map((one, index) => one.fetch(at, shas[index % 3] ?? '', never)));
  expect(trees.map(({ commit }) => commit.sha)).toEqual([shas[0], shas[1], shas[2], shas[0]]);
});

describe('is refused', () => {
  it('by the host with another key, and where there is no repository', async () => {
    const stranger: GitAccess = { kind: 'deploy_key', privateKey: newSshKey().private, hostKeys };
    expect(await refusal(git.refs(from(erp.dir, stranger), never))).toMatch(
      /^git_access_denied: .*Permission denied \(publickey\)/,
    );
    expect(await codeOf(git.refs(from(erp.dir, { kind: 'none' }), never))).toBe('git_host_key_changed');
    expect(await refusal(git.refs(from(`${place.root}/nothing.git`), never))).toMatch(
      /^git_access_denied: .*does not appear to be a git repository/,
    );
  });

  it('to a host with another key than the pinned one, before it is told anything', async () => {
    const [mine] = hostKeys;
    const [, type, key] = /^(\S+) (\S+)/.exec(newSshKey().public) ?? [];
    const pinned = [{ type: type ?? '', key: key ?? '', fingerprint: mine?.fingerprint ?? '' }];
    const found = await refusal(
      git.refs(from(erp.dir, { kind: 'deploy_key', privateKey: server.privateKey, hostKeys: pinned }), never),
    );
    expect(found).toMatch(/^git_host_key_changed: .*Host key verification failed/);
  });

  it('at addresses that the operator does not allow, however they are written', async () => {
    for (const host of ['127.0.0.2', '10.0.0.1', '[::1]', '169.254.169.254', '2130706434'])
      expect(await refusal(git.refs(remote(server.url(erp.dir, host), access), never))).toMatch(/^git_refused: /);
    expect(await codeOf(git.hostKeys(parseGitUrl('ssh://git@10.1.2.3/x'), never))).toBe('git_refused');
    expect(await refusal(git.refs(remote('ssh://git@nowhere.invalid/x', access), never))).toMatch(
      /^git_unreachable: The name nowhere\.invalid has no address/,
    );
  });
});
