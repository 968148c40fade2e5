import type { PrismaClient, Tx } from '../database/database.ts';

/** Ends what waits for an endpoint that is told nothing any more. It can be sent again once the endpoint is active. */
export async function failWaiting(tx: Tx | PrismaClient, endpointId: string): Promise<void> {
  await tx.$executeRaw`UPDATE webhook_deliveries SET status = 'failed', finished_at = now(), next_attempt_at = NULL WHERE endpoint_id = ${endpointId}::uuid AND status = 'pending'`;
}
