/** A module of Odoo in a commit. */
export interface AddonModule {
  /** The name of its directory. */
  readonly name: string;
  /** Its directory in the repository. */
  readonly path: string;
  /** The same content has the same id. */
  readonly id: string;
  readonly title: string;
  readonly version: string | null;
  readonly depends: readonly string[];
  readonly installable: boolean;
  readonly pythonDependencies: readonly string[];
}

/** What Odoo would stumble on, or pass over without a word. */
export interface AddonProblem {
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
}

/** As Odoo has it: `\w` of Python knows letters of all languages. */
export const isModuleName = (name: string): boolean => /^[\p{L}\p{N}_]{1,256}$/u.test(name);
