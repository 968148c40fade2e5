import type { Instance } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { oldestPostgres, postgresRelease } from '../instances/index.ts';

/** A release of PostgreSQL that an instance can be upgraded to, and the image that has it. */
export interface Target {
  version: number;
  image: string;
}

/** The releases newer than the instance's own that suit its Odoo, the oldest first; of each the first image. */
export function targetsOf(
  { config }: Pick<App, 'config'>,
  { postgresImage, odooVersion }: Pick<Instance, 'postgresImage' | 'odooVersion'>,
): Target[] {
  const now = postgresRelease(postgresImage) ?? 0;
  const byVersion = new Map<number, Target>();
  for (const image of config.POSTGRES_UPGRADE_IMAGES) {
    const version = postgresRelease(image);
    if (version === undefined || version <= now || version < oldestPostgres(odooVersion)) continue;
    if (!byVersion.has(version)) byVersion.set(version, { version, image });
  }
  return [...byVersion.values()].sort((one, other) => one.version - other.version);
}
