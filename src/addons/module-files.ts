import { isUtf8 } from 'node:buffer';
import type { GitEntry, GitTree } from '../git/index.ts';
import { largestManifest, type Manifest, manifestName, readManifest } from './manifest.ts';
import type { AddonModule } from './module.ts';

export interface ModuleAt {
  readonly tree: GitTree;
  readonly module: AddonModule;
}

const largestPython = 1024 ** 2;

/** The files of a module in a commit. */
export class ModuleFiles {
  readonly #at: ModuleAt;
  readonly entries: ReadonlyMap<string, GitEntry>;

  private constructor(at: ModuleAt, entries: readonly GitEntry[]) {
    this.#at = at;
    const files = entries.filter(({ type }) => type !== 'directory');
    this.entries = new Map(files.map((entry) => [entry.path.slice(at.module.path.length + 1), entry]));
  }

  static of = async (at: ModuleAt): Promise<ModuleFiles> => new ModuleFiles(at, await at.tree.entries(at.module.path));

  /** The text of a file; null if it is none that Python would read. */
  async text(path: string): Promise<string | null> {
    const entry = this.entries.get(path);
    if (entry?.type !== 'file' || entry.size > largestPython) return null;
    const content = await this.#at.tree.file(entry.path, largestPython);
    return isUtf8(content) ? content.toString('utf8') : null;
  }

  async manifest(): Promise<Manifest | null> {
    const read = readManifest(await this.#at.tree.file(`${this.#at.module.path}/${manifestName}`, largestManifest));
    return 'message' in read ? null : read;
  }
}
