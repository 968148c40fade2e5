import type { Transfer } from '../../prisma/generated/client/client.ts';
import { found } from '../errors.ts';
import { type Site, siteAt } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';

/** A transfer of the operation's organization. */
export async function findTransfer({ app, operation }: StepContext<unknown>, id: string): Promise<Transfer> {
  return found(await app.db.prisma.transfer.findFirst({ where: { id, orgId: operation.orgId } }), 'transfer', id);
}

/** The transfer that an operation is about, and the way to where its file is. */
export async function transferSite(context: StepContext<unknown>): Promise<{ transfer: Transfer; site: Site }> {
  const transfer = await findTransfer(context, context.operation.resourceId);
  return { transfer, site: await siteAt(context, transfer.instanceId) };
}
