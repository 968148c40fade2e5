import type { StepContext } from '../operations/kind.ts';
import type { Made } from './containers.ts';
import { homeOf } from './home.ts';
import { type ReplicaSite, replicaSiteOf } from './rows.ts';

/** The replica that an operation is about, with this attempt's ways to both servers. */
export async function madeOf(context: StepContext<{ replicaId: string }>): Promise<Made & ReplicaSite> {
  const placed = await replicaSiteOf(context);
  return { ...placed, home: await homeOf(context, placed), operationId: context.operation.id };
}
