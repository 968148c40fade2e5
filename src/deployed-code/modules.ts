import { type AddonModule, discoverAddons } from '../addons/index.ts';
import type { Fetched } from './commits.ts';
import type { Content } from './shapes.ts';

/** A module of one of the sources. */
export interface Found {
  module: AddonModule;
  from: Fetched;
  /** The directory in the source that holds it; empty for its root. */
  root: string;
}

/** What the sources have. */
export interface Addons {
  /** By name: of several of one name, the one of the first source. */
  modules: ReadonlyMap<string, Found>;
  warnings: readonly AddonWarning[];
  /** Files that name packages, with the source that has them. */
  requirements: readonly { from: Fetched; path: string }[];
  aptPackages: readonly { from: Fetched; path: string }[];
}

/** Something about them that is not as it should be; nothing stops at it. */
export interface AddonWarning {
  file: string | null;
  line: number | null;
  module: string | null;
  message: string;
}

/** The directory that holds a module. */
const rootOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Finds the modules of all sources, in their order. */
export async function findAddons(sources: readonly Fetched[]): Promise<Addons> {
  const modules = new Map<string, Found>();
  const warnings: AddonWarning[] = [];
  const requirements: Addons['requirements'][number][] = [];
  const aptPackages: Addons['aptPackages'][number][] = [];
  for (const from of sources) {
    const discovered = await discoverAddons(from.tree);
    for (const { path, line, message } of discovered.problems)
      warnings.push({ file: path, line, module: null, message });
    for (const module of discovered.modules) {
      const known = modules.get(module.name);
      if (known)
        warnings.push({
          file: null,
          line: null,
          module: module.name,
          message: `${module.name} of ${from.source.name} is not used: ${known.from.source.name} has one, too`,
        });
      else modules.set(module.name, { module, from, root: rootOf(module.path) });
    }
    if (discovered.requirements !== null) requirements.push({ from, path: discovered.requirements });
    if (discovered.aptPackages !== null) aptPackages.push({ from, path: discovered.aptPackages });
  }
  return { modules, warnings, requirements, aptPackages };
}

/** What a deployment keeps of its modules. */
export const contentsOf = ({ modules }: Addons): Content[] =>
  [...modules.values()].map(({ module: { name, version, id, path }, from }) => ({
    name,
    version,
    id,
    path,
    repositoryId: from.source.repositoryId,
  }));
