import type { Instance } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import { AppError } from '../errors.ts';

/** What overwrites the data of a protected instance, or of one in production, needs its name typed, as its deletion does. */
export async function requireConfirmed(
  scope: OrgScope,
  instance: Pick<Instance, 'name' | 'environmentId' | 'deletionProtected'>,
  confirmName: string | null | undefined,
): Promise<void> {
  const details = { field: 'confirmName', constraint: 'confirmation' };
  if (typeof confirmName === 'string' && confirmName !== instance.name)
    throw new AppError('unprocessable', 'confirmName is not the name of this instance', details);
  if (confirmName === instance.name) return;
  const where = { id: instance.environmentId, orgId: scope.orgId };
  const environment = await scope.db.environment.findFirst({ where, select: { type: true } });
  if (instance.deletionProtected || environment?.type === 'production')
    throw new AppError(
      'unprocessable',
      'This instance is protected or in production: set confirmName to its exact name to replace its data',
      details,
    );
}
