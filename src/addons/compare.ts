import { inShort } from '../errors.ts';
import { definitionsOf } from './definitions.ts';
import { hooksOf, kindOf, loadedBy, manifestReasons } from './file-kind.ts';
import { type Manifest, manifestName } from './manifest.ts';
import { migrationsBetween } from './migrations.ts';
import { type ModuleAt, ModuleFiles } from './module-files.ts';
import { callsItself, pythonChange } from './python-change.ts';

/** What a new content of a module asks for. */
export interface ModuleChange {
  /** `none`: nothing; `code`: Odoo has to start again; `database`: it has to update the module as well. */
  readonly kind: 'none' | 'code' | 'database';
  /** The first few reasons for `database`; the files are named as the module has them. */
  readonly reasons: readonly string[];
  readonly filesChanged: number;
  /** The scripts that Odoo would run, in their order, named as the module has them. */
  readonly migrations: readonly string[];
}

const mostReasons = 5;

/** What one changed file asks for. */
interface FileChange {
  readonly kind: ModuleChange['kind'];
  readonly reasons: readonly string[];
  readonly changesHelper: boolean;
}

const changed = (kind: ModuleChange['kind'], ...reasons: readonly string[]): FileChange => ({
  kind,
  reasons,
  changesHelper: false,
});

class Comparison {
  readonly #before: ModuleFiles;
  readonly #after: ModuleFiles;
  readonly #manifests: readonly (Manifest | null)[];
  readonly #loaded: ReadonlySet<string>;
  readonly #hooks: ReadonlySet<string>;

  constructor(before: ModuleFiles, after: ModuleFiles, manifests: readonly [Manifest | null, Manifest | null]) {
    this.#before = before;
    this.#after = after;
    this.#manifests = manifests;
    const readable = manifests.filter((manifest) => manifest !== null);
    this.#loaded = new Set(readable.flatMap(loadedBy));
    this.#hooks = new Set(readable.flatMap(hooksOf));
  }

  async change(path: string): Promise<FileChange> {
    const kind = kindOf(path, this.#loaded);
    if (kind === 'none' || kind === 'code') return changed(kind);
    if (kind === 'manifest') return this.#manifest();
    const [old, now] = [this.#before.entries.get(path), this.#after.entries.get(path)];
    if (!old || !now) return changed('database', `${path} was ${old ? 'removed' : 'added'}`);
    if (kind === 'database') return changed('database', `${path} changed`);
    const [before, after] = [await this.#before.text(path), await this.#after.text(path)];
    if (before === null || after === null) return changed('database', `${path} is Python that oCore cannot read`);
    const { reason, changesHelper } = pythonChange(before, after, this.#hooks);
    return reason === null ? { kind: 'code', reasons: [], changesHelper } : changed('database', `${path} ${reason}`);
  }

  #manifest(): FileChange {
    const [before, after] = this.#manifests;
    if (!before || !after) return changed('database', `${manifestName} cannot be read`);
    const reasons = manifestReasons(before, after).map((reason) => `${manifestName}: ${reason}`);
    return changed(reasons.length > 0 ? 'database' : 'code', ...reasons);
  }

  /** Whether the module, as it is now, calls functions of its own while it is loaded. */
  async callsItself(): Promise<boolean> {
    const paths = [...this.#after.entries.keys()].filter((path) => kindOf(path, this.#loaded) === 'python');
    const read = async (path: string) => definitionsOf((await this.#after.text(path)) ?? '\0');
    const files: Awaited<ReturnType<typeof read>>[] = [];
    for (const path of paths) files.push(await read(path));
    return callsItself(files);
  }
}

/** In doubt the database: an update too many takes a while, one too few breaks what runs. `before`: null if the module is new, or nobody knows what was there. */
export async function compareModule(before: ModuleAt | null, after: ModuleAt): Promise<ModuleChange> {
  const now = await ModuleFiles.of(after);
  const migrations = migrationsBetween([...now.entries.keys()], before?.module ?? null, after.module);
  if (before === null)
    return { kind: 'database', reasons: ['The module is new'], filesChanged: now.entries.size, migrations };
  if (before.module.id === after.module.id) return { kind: 'none', reasons: [], filesChanged: 0, migrations };
  const old = await ModuleFiles.of(before);
  const paths = [...new Set([...old.entries.keys(), ...now.entries.keys()])]
    .filter((path) => {
      const [one, other] = [old.entries.get(path), now.entries.get(path)];
      return one?.id !== other?.id || one?.type !== other?.type;
    })
    // The manifest says most.
    .sort((one, other) => Number(other === manifestName) - Number(one === manifestName) || (one < other ? -1 : 1));
  const comparison = new Comparison(old, now, [await old.manifest(), await now.manifest()]);
  const changes: FileChange[] = [];
  const reasons = (): readonly string[] => changes.flatMap((one) => one.reasons);
  for (const path of paths) {
    if (reasons().length >= mostReasons) break;
    changes.push(await comparison.change(path));
  }
  if (reasons().length === 0 && changes.some(({ changesHelper }) => changesHelper) && (await comparison.callsItself()))
    changes.push(
      changed('database', 'A function changed, and the module calls functions of its own while it is loaded'),
    );
  const kinds = new Set(changes.map(({ kind }) => kind));
  return {
    kind: kinds.has('database') ? 'database' : kinds.has('code') ? 'code' : 'none',
    reasons: reasons()
      .slice(0, mostReasons)
      .map((reason) => inShort(reason, 300)),
    filesChanged: paths.length,
    migrations,
  };
}
