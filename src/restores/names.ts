import type { Instance } from '../../prisma/generated/client/client.ts';
import { databaseName } from '../instances/index.ts';

/** What a replacement's databases and directories are called; PostgreSQL's names have 63 bytes, and Odoo's may need them all. */
export function replacementNames({ slug }: Pick<Instance, 'slug'>, operationId: string) {
  const tag = operationId.replaceAll('-', '').slice(-12);
  return {
    /** Where Odoo looks. */
    serving: databaseName(slug),
    /** What comes in its place. */
    incoming: `ocore_incoming_${tag}`,
    /** What served before. */
    before: `ocore_before_${tag}`,
  };
}

/** Where the instance's filestores are, inside its volume. */
export const filestoresPath = '/var/lib/odoo/filestore';
