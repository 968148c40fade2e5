import { z } from 'zod';
import type { BackupDestination, Prisma } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import { notFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { foundById, page, type PageArgs } from '../lists.ts';
import { fingerprintOfLine } from '../openssh-key.ts';
import type { ObjectLock } from '../storage/index.ts';
import { storedConfigs } from './place.ts';
import type { TestReport } from './report.ts';

export type DestinationRow = BackupDestination;

export async function getDestination(scope: OrgScope, id: string): Promise<DestinationRow> {
  const row = isId(id) ? await scope.db.backupDestination.findFirst({ where: { id, orgId: scope.orgId } }) : null;
  if (!row) throw notFound('backup_destination', id);
  return row;
}

export function listDestinations(scope: OrgScope, args: PageArgs) {
  const where = { orgId: scope.orgId };
  return page(`backup destinations of ${scope.orgId}`, args, {
    find: (seek) => scope.db.backupDestination.findMany(foundById(where, seek)),
    count: () => scope.db.backupDestination.count({ where }),
  });
}

/** What is shown of a config: everything but the secrets, which stand elsewhere. */
export interface ShownConfig {
  bucket?: string;
  region?: string;
  endpoint?: string | null;
  prefix?: string;
  pathStyle?: boolean;
  accessKeyId?: string;
  host?: string;
  port?: number;
  user?: string;
  path?: string;
  hostKeyFingerprint?: string;
  serverId?: string | null;
}

export function configShown({ destinationType: type, config, serverId }: DestinationRow): ShownConfig {
  if (type === 'local') return { ...storedConfigs.local.parse(config), serverId };
  if (type !== 'sftp') return storedConfigs[type].parse(config);
  const { hostKey, ...rest } = storedConfigs.sftp.parse(config);
  return { ...rest, hostKeyFingerprint: fingerprintOfLine(hostKey) };
}

/** Where it is, for people: the audit log and events have no more of it. */
export function placeShown(row: DestinationRow): string {
  const { bucket = '', prefix = '', endpoint, host = '', port = 22, user = '', path = '' } = configShown(row);
  if (row.destinationType === 'local') return path;
  if (row.destinationType === 'sftp') return `sftp://${user}@${host}:${port}/${path}`;
  return `s3://${[bucket, prefix].filter((part) => part !== '').join('/')}${endpoint ? ` at ${endpoint}` : ''}`;
}

export const shown = (row: DestinationRow) => ({
  name: row.name,
  destinationType: row.destinationType,
  place: placeShown(row),
});

export const factAbout = (row: DestinationRow) => ({
  resource: 'backup_destination',
  resourceId: row.id,
  resourceName: row.name,
});

/** What a test leaves in the row. What a failed one did not find out stays. */
export function foundIn(report: TestReport) {
  const { failure, objectLock, clockSkewSeconds, freeBytes } = report;
  const now = { testedAt: new Date(), testProblem: failure?.problem ?? null, testError: failure?.message ?? null };
  if (failure) return now;
  const lock: Prisma.InputJsonValue | undefined = objectLock ? { ...objectLock } : undefined;
  return {
    ...now,
    objectLock: lock,
    clockSkewSeconds,
    freeBytes: freeBytes === null ? null : BigInt(freeBytes),
  };
}

const lock = z.object({ mode: z.enum(['governance', 'compliance']).nullable(), days: z.number().nullable() });

export const objectLockOf = ({ objectLock }: DestinationRow): ObjectLock | null =>
  objectLock === null ? null : lock.parse(objectLock);
