import type { BackupSchedule } from '../../prisma/generated/client/client.ts';
import { itself } from '../access/access.ts';
import type { FactScope } from '../access/scope.ts';

/** A schedule, as who asks for its backups. */
export function scheduleScope({ id, orgId }: Pick<BackupSchedule, 'id' | 'orgId'>): FactScope {
  return { orgId, actor: itself, requestId: `schedule-${id.slice(-6)}`, ipAddress: null, userAgent: null };
}
