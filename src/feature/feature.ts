import type { Resource } from '../access/permissions.ts';
import type { FeatureKinds } from '../operations/registry.ts';
import type { SealedColumn } from '../secrets/sealed-column.ts';
import type { Holding } from './holding.ts';
import type { Nodes } from './node.ts';

/** All that the rest of the program must know of a feature. */
export interface Feature extends Holding {
  readonly name: string;
  /** The resources that its permissions are named after, as `view:servers` and `manage:servers`. */
  readonly permissions?: readonly Resource[];
  readonly kinds?: FeatureKinds;
  readonly sealed?: readonly SealedColumn[];
  readonly nodes?: Nodes;
}
