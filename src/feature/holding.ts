import type { FactScope } from '../access/scope.ts';
import type { Tx } from '../database/database.ts';

/** What can be deleted although other features keep something in it. */
export interface Place {
  readonly type: 'organization' | 'server' | 'project' | 'environment';
  readonly orgId: string;
  readonly id: string;
}

/** Things of one type that must be removed by themselves before their place can go. */
export interface Living {
  readonly type: string;
  readonly count: number;
  /** Of the first hundred. */
  readonly names: readonly string[];
  /** Whether they stand or run on a machine, where nobody would find them again; the others are only records. */
  readonly onServers: boolean;
}

/** What a feature keeps in places. */
export interface Holding {
  /** Tables of many rows, with `id` and `org_id`, that are deleted in batches before the organization. */
  readonly history?: readonly string[];
  readonly living?: (tx: Tx, place: Place) => Promise<readonly Living[]>;
  /** Deletes what lives on a server that nobody reaches, without contacting it. Gives the names of what is left there. */
  readonly leave?: (tx: Tx, scope: FactScope, serverId: string) => Promise<readonly string[]>;
  /** Deletes the records that it keeps in the place. */
  readonly erase?: (tx: Tx, place: Place) => Promise<void>;
  /** Deletes what lets people and programs into an organization: at the very end, with the organization. */
  readonly eraseAccess?: (tx: Tx, orgId: string) => Promise<void>;
}

interface Named {
  count(): Promise<number>;
  first(most: number): Promise<readonly { name: string }[]>;
}

export async function livingOf(type: string, onServers: boolean, { count, first }: Named): Promise<Living> {
  return { type, onServers, count: await count(), names: (await first(100)).map(({ name }) => name) };
}

/** The rows of an environment or a project; of any other place, all of the organization. */
export const within = ({ type, orgId, id }: Place) => ({
  orgId,
  ...(type === 'project' ? { projectId: id } : {}),
  ...(type === 'environment' ? { environmentId: id } : {}),
});

const plural = (type: string): string => `${type.replace(/y$/, 'ie')}s`;

/** For the details of an error: `{ servers: ['berlin-1'] }`. */
export function namesOf(living: readonly Living[]): Record<string, readonly string[]> {
  return Object.fromEntries(living.map(({ type, names }) => [plural(type), names]));
}
