import type { FactScope } from '../access/scope.ts';
import { recordFact } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { serverResource } from './resource.ts';

/** Notes a host key that is not the pinned one, and tells of it once, however often the server presents it. */
export async function presentHostKey(tx: Tx, scope: FactScope, id: string, fingerprint: string): Promise<void> {
  const [server] = await tx.$queryRaw<{ name: string; pinned: string | null }[]>`
    UPDATE servers SET presented_fingerprint = ${fingerprint}
    WHERE id = ${id}::uuid AND presented_fingerprint IS DISTINCT FROM ${fingerprint} RETURNING name, host_key_fingerprint AS pinned`;
  if (!server) return;
  await recordFact(tx, scope, {
    action: 'server.host_key_changed',
    resource: serverResource,
    resourceId: id,
    resourceName: server.name,
    after: { hostKeyFingerprint: server.pinned, presentedFingerprint: fingerprint },
  });
}
