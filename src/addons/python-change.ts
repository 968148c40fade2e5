import { type Definitions, definitionsOf } from './definitions.ts';

/** What a new content of a file of Python changes. */
export interface PythonChange {
  /** Why the database has to follow, if it has to. */
  readonly reason: string | null;
  /** Whether it changes a function that may run while the module is loaded, if something calls it then. */
  readonly changesHelper: boolean;
}

const needs = (reason: string): PythonChange => ({ reason, changesHelper: false });

/** Functions are compared by what is in them, everything else token by token. `hooks`: the functions that the manifest names. */
export function pythonChange(before: string, after: string, hooks: ReadonlySet<string>): PythonChange {
  const [old, now] = [definitionsOf(before), definitionsOf(after)];
  if (old === null || now === null) return needs('is Python that oCore cannot read');
  if (old.outside !== now.outside) return needs('changes more than the bodies of methods');
  const changed = now.bodies.filter(({ tokens }, at) => tokens !== old.bodies[at]?.tokens);
  const special = changed.find(({ name, shapesTables }) => shapesTables || hooks.has(name));
  if (special) return needs(`changes ${special.name}(), which may shape the tables of the database`);
  const called = changed.find(({ name }) => now.called.has(name));
  if (called) return needs(`changes ${called.name}(), which runs while the file is loaded`);
  return { reason: null, changesHelper: changed.some(({ isMethod }) => !isMethod) };
}

/** Whether the files of a module call, while they are loaded, something that one of them defines. */
export function callsItself(files: readonly (Definitions | null)[]): boolean {
  const used = new Set(files.flatMap((file) => [...(file?.used ?? [])]));
  return files.some((file) => file === null || [...file.helpers].some((name) => used.has(name)));
}
