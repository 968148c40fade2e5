import { z } from 'zod';
import type { BackupDestination, DestinationType } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';

const s3 = z.object({
  bucket: z.string(),
  prefix: z.string(),
  region: z.string(),
  /** Null: Amazon's own. */
  endpoint: z.string().nullable(),
  pathStyle: z.boolean(),
  accessKeyId: z.string(),
});
const sftp = z.object({
  host: z.string(),
  port: z.number(),
  user: z.string(),
  path: z.string(),
  /** The pinned host key as known_hosts has it: its type and its base64. */
  hostKey: z.string(),
});
const local = z.object({ path: z.string() });

/** Where backups go, with the secret that opens it. */
export type S3Destination = { type: 's3' | 's3_compatible'; secret: string } & z.infer<typeof s3>;
export type SftpDestination = { type: 'sftp'; secret: string } & z.infer<typeof sftp>;
export type LocalDestination = { type: 'local'; serverId: string } & z.infer<typeof local>;
export type DestinationPlace = S3Destination | SftpDestination | LocalDestination;

/** What a row's config says, without its secret. */
export const storedConfigs = { s3, s3_compatible: s3, sftp, local } satisfies Record<DestinationType, z.ZodType>;

export const secretOwner = (id: string): string => `backup_destination:${id}`;

type Row = Pick<BackupDestination, 'id' | 'destinationType' | 'config' | 'credentialsEnc' | 'serverId'>;

/** The place of a row, its secret opened. */
export async function placeOf(app: App, row: Row): Promise<DestinationPlace> {
  const { destinationType: type, config, serverId } = row;
  const secret = row.credentialsEnc === null ? '' : await app.secrets.open(row.credentialsEnc, secretOwner(row.id));
  switch (type) {
    case 's3':
    case 's3_compatible':
      return { type, secret, ...s3.parse(config) };
    case 'sftp':
      return { type, secret, ...sftp.parse(config) };
    case 'local':
      return { type, serverId: serverId ?? '', ...local.parse(config) };
  }
}

/** What of a place is kept in its row as it is, and what is sealed. */
export function storedOf(place: DestinationPlace): {
  config: Record<string, string | number | boolean | null>;
  secret: string | null;
} {
  switch (place.type) {
    case 's3':
    case 's3_compatible':
      return { config: s3.parse(place), secret: place.secret };
    case 'sftp':
      return { config: sftp.parse(place), secret: place.secret };
    case 'local':
      return { config: local.parse(place), secret: null };
  }
}
