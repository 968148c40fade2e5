import type { Fetcher } from '@graphiql/toolkit';

const resources = ['server', 'project', 'environment', 'instance', 'operation'];

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** Remembers the ids that changes gave, and writes them where the tour's variables say `<serverId>` and the like. */
export function rememberingIds(fetcher: Fetcher): Fetcher {
  const known = new Map<string, string>();
  const remember = (name: string, value: unknown): void => {
    const id = entriesOf(value).find(([key]) => key === 'id')?.[1];
    if (typeof id === 'string') known.set(`${name}Id`, id);
  };
  const learn = (result: unknown): void => {
    const data = entriesOf(result).find(([key]) => key === 'data')?.[1];
    for (const [field, payload] of entriesOf(data)) {
      const made = /^create(\w+)$/.exec(field)?.[1]?.toLowerCase();
      if (made && resources.includes(made)) remember(made, payload);
      for (const [name, value] of entriesOf(payload)) if (resources.includes(name)) remember(name, value);
    }
  };
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const name = /^<(\w+)>$/.exec(value)?.[1];
      const id = name ? known.get(name) : undefined;
      if (name && id === undefined)
        throw new Error(`${name} is not known yet: run the tab that creates it, or set it in the variables.`);
      return id ?? value;
    }
    if (Array.isArray(value)) return value.map(fill);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(entriesOf(value).map(([key, part]) => [key, fill(part)]))
      : value;
  };
  return async (params, options) => {
    const variables: unknown = fill(params.variables);
    const result = await fetcher({ ...params, variables }, options);
    learn(result);
    return result;
  };
}
