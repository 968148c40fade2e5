import { z } from 'zod';
import type { Deployment } from '../../prisma/generated/client/client.ts';
import type { Prisma } from '../database/database.ts';
import { found } from '../errors.ts';
import { notify } from '../events/hub.ts';
import type { StepContext } from '../operations/kind.ts';
import { deploymentResource } from './resource.ts';

/** What an operation of a deployment is begun with: the instance's status before, and its reason. */
export const inputShape = z.object({
  deploymentId: z.string(),
  from: z.enum(['running', 'stopped', 'failed']).optional(),
  reason: z.string().nullable().optional(),
});
export type Input = z.infer<typeof inputShape>;
export type Context = StepContext<Input>;

/** The deployment that an operation works on. */
export async function deploymentOf({ app, operation, input }: Context): Promise<Deployment> {
  const where = { id: input.deploymentId, orgId: operation.orgId };
  return found(await app.db.prisma.deployment.findFirst({ where }), 'deployment', where.id);
}

/** Changes the row while this worker holds the operation, and wakes its subscribers. */
export function updateDeployment(
  { operation, input, write }: Context,
  data: Prisma.DeploymentUpdateInput,
): Promise<void> {
  const { orgId } = operation;
  return write(async (tx) => {
    await tx.deployment.update({ where: { id: input.deploymentId, orgId }, data });
    await notify(tx, deploymentResource.topics(orgId, input.deploymentId));
  });
}
