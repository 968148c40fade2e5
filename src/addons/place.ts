import type { Frame, Raised } from './traceback.ts';

/** What Odoo is loading at a moment, as it told. */
export interface Loading {
  readonly module: string | null;
  readonly file: string | null;
}

export interface Place {
  readonly module: string | null;
  readonly file: string;
  readonly line: number | null;
}

/** Finds the modules that the user deploys in what a log says. */
export class Places {
  readonly #modules: ReadonlySet<string>;

  constructor(modules: ReadonlySet<string>) {
    this.#modules = modules;
  }

  has = (module: string | null | undefined): module is string =>
    typeof module === 'string' && this.#modules.has(module);

  /** Where to look: the deepest place in a module of the user, else a file that is named, else the deepest place of all. */
  placeOf(chain: readonly Raised[], root: Raised | undefined, said: string, loading: Loading): Place | null {
    const frames = [...chain.filter((one) => one !== root), ...(root ? [root] : [])].flatMap((one) => one.frames);
    const own = frames.findLast(({ path }) => this.#inModule(path) !== null);
    if (own) return this.#place(own);
    const named = said
      .split(/[\s'"`,()]+/)
      .map((word) => /^(.*?)(?::(\d+))?[.:;]?$/.exec(word))
      .map((match) => ({ path: match?.[1] ?? '', line: match?.[2] === undefined ? null : Number(match[2]) }))
      .find(({ path }) => this.#inModule(path) !== null);
    if (named) return this.#place(named);
    if (chain.length === 0) return null;
    const [, path, line] = /while parsing (\/.+?):(\d+)/.exec(said) ?? [];
    if (path !== undefined) return this.#place({ path, line: Number(line) });
    const { module, file } = loading;
    if (file !== null && this.has(module)) return { module, file, line: null };
    const deepest = root?.frames.at(-1);
    return deepest ? this.#place(deepest) : null;
  }

  /** The path from the module on; null for one that leads into no module of the user. */
  #inModule(path: string): string | null {
    const parts = path.split('/');
    const at = parts.findIndex((part, index) => index < parts.length - 1 && this.#modules.has(part));
    return at < 0 ? null : parts.slice(at).join('/');
  }

  #place({ path, line }: Frame | { path: string; line: number | null }): Place {
    const own = this.#inModule(path);
    const file = own ?? /(?:^|\/)addons\/(.+)$/.exec(path)?.[1] ?? path.split('/').slice(-3).join('/');
    const isModule = own !== null || path.includes('/addons/');
    return { module: isModule ? (file.split('/')[0] ?? null) : null, file, line };
  }

  mentioned(said: string): string | null {
    const names = [...said.matchAll(/(?:\bmodules?:?\s+(?:loading )?["'`]?|\[')(\w+)/gi)].map(([, name]) => name);
    return names.find((name) => name !== undefined && this.#modules.has(name)) ?? null;
  }
}
