import { randomUUID } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Git, type GitAccess, type GitRemote, parseGitUrl } from '../../src/git/index.ts';
import { parseNetworks } from '../../src/networks.ts';
import { Destinations } from '../../src/remote/index.ts';

const networksOf = (text: string) => {
  const parsed = parseNetworks(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};

/** Nothing of this machine but the address of the servers here. `*.receiver.test` leads there. */
const destinations = new Destinations({
  denied: networksOf('loopback,link-local,metadata,private,unspecified,own'),
  allowed: networksOf('127.0.0.1'),
});
export const networks = {
  asked: [] as string[],
  resolve(host: string): Promise<LookupAddress[]> {
    networks.asked.push(host);
    return destinations.resolve(host.endsWith('.receiver.test') ? '127.0.0.1' : host);
  },
};

export const never = new AbortController().signal;

/** A directory for repositories and one for caches, gone at the end. */
export async function stage(): Promise<{
  root: string;
  git(limits?: { seconds?: number; bytes?: number }): Git;
  end(): Promise<void>;
}> {
  const root = await mkdtemp(join(tmpdir(), 'ocore-git-test-'));
  return {
    root,
    git: ({ seconds = 60, bytes = 64 * 1024 ** 2 } = {}) =>
      new Git({ directory: join(root, 'cache'), networks, limits: { seconds, bytes } }),
    end: () => rm(root, { recursive: true, force: true }),
  };
}

export const remote = (url: string, access: GitAccess = { kind: 'none' }, id: string = randomUUID()): GitRemote => ({
  id,
  url: parseGitUrl(url),
  access,
});

/** The code and the message with which it ends. */
export const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) =>
      error instanceof Error ? `${String(Reflect.get(error, 'code'))}: ${error.message}` : String(error),
  );

/** The code alone. */
export const codeOf = async (work: Promise<unknown>): Promise<string> => (await refusal(work)).replace(/:.*/s, '');
