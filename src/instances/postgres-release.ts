import type { Config } from '../config.ts';
import { parseImageReference } from '../remote/index.ts';

/** The major release of PostgreSQL that an image has by its tag, as `postgres:18-alpine` does; undefined where it does not say. */
export function postgresRelease(image: string): number | undefined {
  const release = /^[a-z]*(\d+)(?![\w])/.exec(parseImageReference(image)?.tag ?? '')?.[1];
  return release === undefined ? undefined : Number(release);
}

/** What PostgreSQL an Odoo needs at least, by Odoo's own documentation; it names no newest one. */
export function oldestPostgres(odooVersion: string): number {
  const odoo = Number.parseInt(odooVersion, 10);
  return odoo >= 20 ? 16 : odoo >= 19 ? 13 : 12;
}

/** The image for a new instance that takes data of another one: what a newer PostgreSQL has dumped, an older does not load. */
export function imageForData(
  { POSTGRES_IMAGE, POSTGRES_UPGRADE_IMAGES }: Pick<Config, 'POSTGRES_IMAGE' | 'POSTGRES_UPGRADE_IMAGES'>,
  release: number,
): string {
  const suits = (image: string): boolean => (postgresRelease(image) ?? Number.POSITIVE_INFINITY) >= release;
  if (suits(POSTGRES_IMAGE)) return POSTGRES_IMAGE;
  const newer = POSTGRES_UPGRADE_IMAGES.filter(suits).sort(
    (one, other) => (postgresRelease(one) ?? 0) - (postgresRelease(other) ?? 0),
  );
  return newer[0] ?? POSTGRES_IMAGE;
}
