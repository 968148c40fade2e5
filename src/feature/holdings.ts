import type { FactScope } from '../access/scope.ts';
import type { Tx } from '../database/database.ts';
import type { Holding, Living, Place } from './holding.ts';

/** What all features keep in a place. The features that build on others come last in the list, and are asked first. */
export class Holdings {
  readonly #features: readonly Holding[];

  constructor(features: readonly Holding[]) {
    this.#features = features.toReversed();
  }

  /** What must be removed before the place can be deleted; empty means nothing. */
  async living(tx: Tx, place: Place): Promise<Living[]> {
    const found: Living[] = [];
    for (const { living } of this.#features) if (living) found.push(...(await living(tx, place)));
    return found.filter(({ count }) => count > 0);
  }

  /** Deletes what lives on a server without contacting it. */
  async leave(tx: Tx, scope: FactScope, serverId: string): Promise<string[]> {
    const left: string[] = [];
    for (const { leave } of this.#features) if (leave) left.push(...(await leave(tx, scope, serverId)));
    return left;
  }

  async erase(tx: Tx, place: Place): Promise<void> {
    for (const { erase } of this.#features) await erase?.(tx, place);
  }

  async eraseAccess(tx: Tx, orgId: string): Promise<void> {
    for (const { eraseAccess } of this.#features) await eraseAccess?.(tx, orgId);
  }

  /** Tables whose rows of an organization are deleted in batches. */
  get history(): string[] {
    return this.#features.flatMap(({ history }) => history ?? []);
  }
}
