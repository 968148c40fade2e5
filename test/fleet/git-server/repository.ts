import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Of a file its text; of a link where it leads; of a submodule its commit. */
export type Content = string | Buffer | { link: string } | { submodule: string } | { program: string };

const person = { name: 'Ada Lovelace', email: 'ada@example.com' };
const env = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: person.name,
  GIT_AUTHOR_EMAIL: person.email,
  GIT_COMMITTER_NAME: person.name,
  GIT_COMMITTER_EMAIL: person.email,
};

/** A bare repository as a Git host has it, filled without a working directory. */
export class ServedRepository {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async create(root: string, name: string): Promise<ServedRepository> {
    const dir = join(root, name);
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', dir], { env });
    const repository = new ServedRepository(dir);
    await repository.git('config', 'uploadpack.allowFilter', 'true');
    return repository;
  }

  async git(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('git', ['-C', this.dir, ...args], { env, maxBuffer: 64 * 1024 ** 2 });
    return stdout.trim();
  }

  async #fed(input: string | Buffer, ...args: readonly string[]): Promise<string> {
    const done = run('git', ['-C', this.dir, ...args], { env });
    done.child.stdin?.end(input);
    return (await done).stdout.trim();
  }

  blob(content: string | Buffer): Promise<string> {
    return this.#fed(content, 'hash-object', '-w', '--stdin');
  }

  /** A tree of exactly these entries, however wrong they are. */
  rawTree(entries: readonly { mode: string; name: string; id: string }[]): Promise<string> {
    const parts = entries.map(({ mode, name, id }) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]),
    );
    return this.#fed(Buffer.concat(parts), 'hash-object', '-t', 'tree', '-w', '--literally', '--stdin');
  }

  /** A commit on the branch of this tree. Gives its name. */
  async commitTree(branch: string, tree: string, message = `A change of ${branch}`): Promise<string> {
    const parent = await this.git('rev-parse', '--verify', '--quiet', `refs/heads/${branch}`).catch(() => '');
    const parents = parent === '' ? [] : ['-p', parent];
    const sha = await this.git('commit-tree', tree, '-m', message, ...parents);
    await this.git('update-ref', `refs/heads/${branch}`, sha);
    return sha;
  }

  /** A commit on the branch that has these files alone. */
  async commit(branch: string, files: Readonly<Record<string, Content>>, message?: string): Promise<string> {
    const lines = await Promise.all(
      Object.entries(files).map(async ([path, content]) => {
        if (typeof content === 'string' || Buffer.isBuffer(content))
          return `100644 ${await this.blob(content)}\t${path}`;
        if ('submodule' in content) return `160000 ${content.submodule}\t${path}`;
        if ('program' in content) return `100755 ${await this.blob(content.program)}\t${path}`;
        return `120000 ${await this.blob(content.link)}\t${path}`;
      }),
    );
    await this.git('read-tree', '--empty');
    await this.#fed(`${lines.join('\n')}\n`, 'update-index', '--add', '--index-info');
    return this.commitTree(branch, await this.git('write-tree'), message);
  }
}

/** The file .gitmodules of submodules by their paths. */
export const gitmodules = (urls: Readonly<Record<string, string>>): string =>
  Object.entries(urls)
    .map(([path, url]) => `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n`)
    .join('');
