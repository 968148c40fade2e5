import type { GitEntry, GitTree } from '../git/index.ts';
import { largestManifest, type Manifest, manifestName, readManifest } from './manifest.ts';
import { type AddonModule, type AddonProblem, isModuleName } from './module.ts';

export interface Discovered {
  /** In the order of their names, each of which is there once. */
  readonly modules: readonly AddonModule[];
  /** The directories that modules are in, '' for that of the repository: the entries of `addons_path`, in the order of their paths. */
  readonly roots: readonly string[];
  /** The files of the root with what pip and apt are to install, if anything is in them. */
  readonly requirements: string | null;
  readonly aptPackages: string | null;
  readonly problems: readonly AddonProblem[];
}

const largestList = 1024 ** 2;
const mostProblems = 200;
/** Each is a process of Git. */
const readersAtOnce = 4;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const byText = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** The manifests of directories that are in no module, nor hidden. A directory whose name is no name of a module is none, as the root. */
function candidates(entries: readonly GitEntry[]): readonly GitEntry[] {
  const manifests = entries.filter(({ path, type }) => type !== 'directory' && nameOf(path) === manifestName);
  const modules = new Set(manifests.map(({ path }) => parentOf(path)).filter((path) => isModuleName(nameOf(path))));
  const isOuter = (path: string): boolean => {
    const parts = path.split('/');
    if (parts.some((part) => part.startsWith('.'))) return false;
    return !parts.slice(0, -1).some((_, at) => modules.has(parts.slice(0, at + 1).join('/')));
  };
  return manifests.filter(({ path }) => path !== manifestName && isOuter(parentOf(path)));
}

/** Why Odoo cannot have the module where it is, whatever its manifest says. */
function misplaced(folder: string, manifest: GitEntry): string | null {
  if (!isModuleName(nameOf(folder)))
    return `The directory ${JSON.stringify(nameOf(folder))} has a manifest, but its name is no name of a module: letters, digits and underscores`;
  if (/[,$]|\s$/.test(parentOf(folder)))
    return `The directory ${JSON.stringify(parentOf(folder))} has a character in its path that addons_path does not take`;
  if (manifest.type === 'link') return 'The manifest is a link; oCore reads files only';
  return manifest.size > largestManifest ? `The manifest is larger than ${largestManifest} bytes` : null;
}

async function inTurns<From, To>(all: readonly From[], work: (one: From) => Promise<To>): Promise<readonly To[]> {
  const waiting = all.entries();
  const done: { at: number; result: To }[] = [];
  const reader = async (): Promise<void> => {
    for (const [at, one] of waiting) done.push({ at, result: await work(one) });
  };
  await Promise.all(Array.from({ length: readersAtOnce }, reader));
  return done.sort((one, other) => one.at - other.at).map(({ result }) => result);
}

const moduleOf = (path: string, id: string, manifest: Manifest): AddonModule => ({
  name: nameOf(path),
  path,
  id,
  title: manifest.title ?? nameOf(path),
  version: manifest.version,
  depends: manifest.depends,
  installable: manifest.installable,
  pythonDependencies: manifest.pythonDependencies,
});

/** The path of the file in the root, if a line of it is more than a comment. */
async function listOf(tree: GitTree, entries: readonly GitEntry[], path: string): Promise<string | null> {
  const entry = entries.find((one) => one.path === path && one.type === 'file');
  if (entry === undefined) return null;
  if (entry.size > largestList) return path;
  const lines = (await tree.file(path, largestList))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/[\r\n]+/);
  return lines.some((line) => !/^\s*(?:#|$)/.test(line)) ? path : null;
}

/** The modules of a commit and where they are, read as Odoo reads them. Nothing of the commit runs. */
export async function discoverAddons(tree: GitTree): Promise<Discovered> {
  const entries = await tree.entries();
  const ids = new Map(entries.map(({ path, id }) => [path, id]));
  const problems: AddonProblem[] = [];
  const found = new Map<string, AddonModule>();
  if (ids.has(manifestName))
    problems.push({
      path: manifestName,
      line: null,
      message: 'The root of the repository is no module for Odoo: move it into a directory that has its name',
    });
  const read = await inTurns(candidates(entries), async (entry): Promise<AddonModule | AddonProblem> => {
    const folder = parentOf(entry.path);
    const reason = misplaced(folder, entry);
    if (reason !== null) return { path: entry.path, line: null, message: reason };
    const manifest = readManifest(await tree.file(entry.path, largestManifest));
    if ('message' in manifest)
      return { path: entry.path, line: manifest.line, message: `The manifest ${manifest.message}` };
    return moduleOf(folder, ids.get(folder) ?? entry.id, manifest);
  });
  // The first of one name is that of the first directory of addons_path, as for Odoo.
  const inOrder = [...read].sort((one, other) => byText(parentOf(one.path), parentOf(other.path)));
  for (const one of inOrder) {
    const first = 'message' in one ? undefined : found.get(one.name);
    if ('message' in one) problems.push(one);
    else if (first === undefined) found.set(one.name, one);
    else
      problems.push({
        path: one.path,
        line: null,
        message: `The module ${one.name} is in ${first.path} as well; Odoo takes that one`,
      });
  }
  const modules = [...found.values()].sort((one, other) => byText(one.name, other.name));
  return {
    modules,
    roots: [...new Set(modules.map(({ path }) => parentOf(path)))].sort(byText),
    requirements: await listOf(tree, entries, 'requirements.txt'),
    aptPackages: await listOf(tree, entries, 'apt.txt'),
    problems: problems.slice(0, mostProblems),
  };
}
