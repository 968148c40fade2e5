import type { PrismaClient, Prisma, Tx } from '../database/database.ts';
import { newId } from '../ids.ts';
import type { Client } from '../access/client.ts';

/** An entry about a person's own account, which belongs to no organization. `action` is `auth.<what happened>`. */
export async function recordAccountFact(
  tx: Tx | PrismaClient,
  client: Client,
  action: `auth.${string}`,
  user: { id: string | null; email: string },
  after?: Prisma.InputJsonValue,
): Promise<void> {
  await tx.auditEntry.create({
    data: {
      id: newId(),
      action,
      resourceType: 'user',
      resourceId: user.id,
      resourceName: user.email,
      actorType: 'user',
      actorId: user.id,
      actorName: user.email,
      requestId: client.requestId,
      ipAddress: client.ipAddress,
      userAgent: client.userAgent,
      ...(after === undefined ? {} : { afterState: after }),
    },
  });
}
