/** The part of Eleventy that is used here; the package brings no types. */
declare module '@11ty/eleventy' {
  interface Template {
    url: string | false;
    rawInput: string;
    data: { title?: string; description?: string; section?: string; order?: number };
  }
  interface Configuration {
    setLibrary(name: string, library: object): void;
    setTemplateFormats(formats: string[]): void;
    setUseGitIgnore(use: boolean): void;
    addPassthroughCopy(path: string): void;
    addGlobalData(name: string, value: unknown): void;
    addCollection(name: string, choose: (api: { getFilteredByGlob(glob: string): Template[] }) => Template[]): void;
    addFilter<Arguments extends never[]>(name: string, filter: (...values: Arguments) => unknown): void;
  }
  export default class Eleventy {
    constructor(
      input: string,
      output: string,
      options: { quietMode?: boolean; configPath?: string | null; config?: (configuration: Configuration) => void },
    );
    disableLogger(): void;
    write(): Promise<unknown>;
  }
}
