import { randomUUID } from 'node:crypto';
import type { GitTree } from '../../src/git/index.ts';
import { GitHttpsServer } from '../fleet/git-server/https.ts';
import { type Content, ServedRepository } from '../fleet/git-server/repository.ts';
import { never, remote, stage } from '../git/stage.ts';

export type Files = Readonly<Record<string, Content>>;

/** A Git host with one repository, and trees of commits that are fetched from it. */
export async function repositoryOfAddons(): Promise<{
  root: string;
  treeOf(files: Files): Promise<GitTree>;
  end(): Promise<void>;
}> {
  const place = await stage();
  const server = await GitHttpsServer.start(place.root);
  const erp = await ServedRepository.create(place.root, 'erp.git');
  const git = place.git();
  const id = randomUUID();
  return {
    root: place.root,
    async treeOf(files) {
      const sha = await erp.commit(`b-${randomUUID()}`, files);
      return git.fetch(remote(server.url('/erp.git'), { kind: 'none' }, id), sha, never);
    },
    async end() {
      await server.stop();
      await place.end();
    },
  };
}

/** The text of a manifest with these lines. */
export const manifest = (...lines: readonly string[]): string =>
  `# Part of an example.\n{\n    'name': 'Example',\n${lines.map((line) => `    ${line},\n`).join('')}}\n`;
