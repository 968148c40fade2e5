import { type Known, newestOf } from '../sign-in/newest.ts';
import { partOf, type Session, textOf } from '../sign-in/session.ts';

const resources = ['server', 'project', 'environment', 'instance', 'operation'];
const placeholder = /^<(\w+)>$/;

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** The names that variables leave open: `"<serverId>"` and the like. */
export const openNames = (variables: string): string[] => [
  ...new Set([...variables.matchAll(/"<(\w+)>"/g)].map(([, name = '']) => name)),
];

/** Whether the page finds the value, or a person must write it. */
export const isFound = (name: string): boolean => resources.some((resource) => name === `${resource}Id`);

/** What stands for `<serverId>` and the like: what this tab of the browser made, else the organization's newest. */
export class Values {
  #newest = new Map<string, Known>();
  #listeners = new Set<() => void>();
  #version = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly version = (): number => this.#version;

  #changed(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  #made(session: Session | null): [string, unknown][] {
    const value: unknown = JSON.parse(sessionStorage.getItem(`ocore.made.${session?.slug ?? ''}`) ?? '{}');
    return entriesOf(value);
  }

  find(name: string, session: Session | null): Known | undefined {
    const made = this.#made(session).find(([key]) => key === name)?.[1];
    return made ? { id: textOf(made, 'id'), name: textOf(made, 'name') } : this.#newest.get(name);
  }

  /** Asks the organization what it has. */
  async look(session: Session | null): Promise<void> {
    this.#newest = session ? await newestOf(session) : new Map();
    this.#changed();
  }

  /** Remembers what a change made. */
  learn(result: unknown, session: Session | null): void {
    const made: [string, Known][] = [];
    const remember = (name: string, value: unknown): void => {
      const id = textOf(value, 'id');
      if (id) made.push([`${name}Id`, { id, name: textOf(value, 'name') || textOf(value, 'kind') }]);
    };
    for (const [field, payload] of entriesOf(partOf(result, 'data'))) {
      const created = /^create(\w+)$/.exec(field)?.[1]?.toLowerCase();
      if (created && resources.includes(created)) remember(created, payload);
      for (const [name, value] of entriesOf(payload)) if (resources.includes(name)) remember(name, value);
    }
    if (made.length === 0) return;
    const all = Object.fromEntries([...this.#made(session), ...made]);
    sessionStorage.setItem(`ocore.made.${session?.slug ?? ''}`, JSON.stringify(all));
    this.#changed();
  }

  /** The variables with every name filled in, or what is in the way. */
  async fill(variables: unknown, session: Session | null): Promise<{ variables: unknown } | { problem: string }> {
    const open = openNames(JSON.stringify(variables ?? null));
    if (open.length === 0) return { variables };
    if (!session) return { problem: 'Sign in with the bar above.' };
    if (open.some((name) => isFound(name) && !this.find(name, session))) await this.look(session);
    const unwritten = open.filter((name) => !isFound(name)).map((name) => `<${name}>`);
    const missing = open.filter((name) => isFound(name) && !this.find(name, session));
    if (unwritten.length > 0) {
      const what = `replace ${unwritten.join(' and ')} in the variables.`;
      const server = unwritten.includes('<host>') ? this.find('serverId', session) : undefined;
      return {
        problem: server
          ? `The server ${server.name} is registered already, and the next tabs use it. To register another one, ${what}`
          : `First ${what}`,
      };
    }
    if (missing.length > 0)
      return {
        problem: missing
          .map((name) => `There is no ${name.slice(0, -2)} yet: run the tab that creates one, or replace <${name}>.`)
          .join(' '),
      };
    return { variables: this.#filled(variables, session) };
  }

  #filled(value: unknown, session: Session): unknown {
    if (typeof value === 'string') {
      const name = placeholder.exec(value)?.[1];
      return (name && this.find(name, session)?.id) ?? value;
    }
    if (Array.isArray(value)) return value.map((part) => this.#filled(part, session));
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(entriesOf(value).map(([key, part]) => [key, this.#filled(part, session)]))
      : value;
  }
}
