import { z } from 'zod';

/** What a snapshot says of itself, in `manifest.json` beside its data. */
export const manifestShape = z.object({
  format: z.literal(1),
  backupId: z.string(),
  instanceId: z.string(),
  takenAt: z.string(),
  odooVersion: z.string(),
  image: z.string(),
  imageDigest: z.string().nullable(),
  /** The deployment whose code ran; null where the image alone did, and in snapshots of before there were deployments. */
  deploymentId: z.string().nullable().default(null),
  postgresVersion: z.string(),
  /** The database in PostgreSQL and the folder of its filestore. */
  database: z.string(),
  databaseBytes: z.number(),
  encoding: z.string(),
  collate: z.string(),
  filestore: z.boolean(),
  /** Installed ones with their versions. */
  modules: z.record(z.string(), z.string()),
  /** The rows of each table, as `schema.table`, when the dump was begun. */
  rows: z.record(z.string(), z.number()),
});
export type Manifest = z.infer<typeof manifestShape>;
