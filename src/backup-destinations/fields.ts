import { z } from 'zod';
import { displayName } from '../display-name.ts';
import { canonicalId } from '../ids.ts';
import { serverFields } from '../servers/index.ts';

const words = (max: number, pattern: RegExp, message: string) => z.string().trim().max(max).regex(pattern, message);

const bucket = words(63, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket');
const region = words(64, /^[A-Za-z0-9-]+$/, 'must be the name of a region, such as eu-central-1');
const endpoint = z
  .string()
  .trim()
  .max(2048)
  .transform((text) => text.replace(/\/+$/, ''))
  .refine(
    (text) => {
      const url = URL.parse(text);
      return (
        url !== null &&
        /^https?:$/.test(url.protocol) &&
        (url.pathname === '/' || url.pathname === '') &&
        url.username + url.password + url.search + url.hash === ''
      );
    },
    {
      message: 'must be a URL with a host and no path, such as https://s3.example.com',
      params: { constraint: 'format' },
    },
  );
/** Folders with slashes between them: they become parts of keys and of a repository's address. */
const prefix = z
  .string()
  .max(500)
  .transform((text) => text.replace(/^\/+|\/+$/g, ''))
  .refine((text) => text === '' || text.split('/').every((part) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(part)), {
    message: 'must be folders of letters, digits, dots, hyphens and underscores, with slashes between them',
    params: { constraint: 'format' },
  });
const isPath = (text: string): boolean =>
  text
    .split('/')
    .slice(1)
    .every((part) => /^[A-Za-z0-9._@+ -]+$/.test(part) && part !== '..' && part !== '.');
const directory = z
  .string()
  .max(1000)
  .transform((text) => text.replace(/(?<=.)\/+$/, ''));
/** Relative to the user's home, or absolute. */
const sftpPath = directory.refine((text) => isPath(text.startsWith('/') ? text : `/${text}`), {
  message: 'must be a directory, such as backups/odoo or /srv/backups, without .. in it',
  params: { constraint: 'format' },
});
/** What the operating system and Docker live in: a repository there could fill or replace what makes the server run. */
const ofTheSystem =
  /^\/(?:bin|boot|dev|etc|lib|lib32|lib64|libx32|proc|root|run|sbin|sys|tmp|usr|var\/(?:lib|run|log|cache|spool))?(?:\/|$)/;
const localPath = directory.refine((text) => text.startsWith('/') && isPath(text) && !ofTheSystem.test(text), {
  message:
    'must be an absolute path of a directory for backups, such as /srv/backups, and none of the operating system or of Docker',
  params: { constraint: 'format' },
});
const accessKeyId = words(256, /^[^\s\u0000-\u001f\u007f]+$/, 'must be the id of an access key');
const secretAccessKey = words(1024, /^[^\s\u0000-\u001f\u007f]+$/, 'must be a secret access key');
const user = words(64, /^[A-Za-z0-9_][A-Za-z0-9._@+-]*$/, 'must be the name of a user');

const s3Access = { bucket, prefix: prefix.default(''), accessKeyId, secretAccessKey };
/** What each type needs and takes. */
export const configs = {
  s3: z.strictObject({ ...s3Access, region }),
  s3_compatible: z.strictObject({
    ...s3Access,
    endpoint,
    region: region.default('us-east-1'),
    pathStyle: z.boolean().default(true),
  }),
  sftp: z.strictObject({
    host: serverFields.host,
    port: serverFields.port.default(22),
    user,
    path: sftpPath,
    privateKey: serverFields.sshPrivateKey,
    hostKeyFingerprint: serverFields.hostKeyFingerprint.optional(),
  }),
  local: z.strictObject({ serverId: z.string().transform(canonicalId), path: localPath }),
};

/** Of every type: which of them fit is decided with the type. */
export const configInput = z.object({
  bucket: bucket.nullish(),
  region: region.nullish(),
  endpoint: endpoint.nullish(),
  prefix: prefix.nullish(),
  pathStyle: z.boolean().nullish(),
  accessKeyId: accessKeyId.nullish(),
  secretAccessKey: secretAccessKey.nullish(),
  host: serverFields.host.nullish(),
  port: serverFields.port.nullish(),
  user: user.nullish(),
  path: directory.nullish(),
  privateKey: serverFields.sshPrivateKey.nullish(),
  hostKeyFingerprint: serverFields.hostKeyFingerprint.nullish(),
  serverId: z.string().nullish(),
});

const name = displayName(100);
export const createInput = z.object({
  name,
  destinationType: z.enum(['s3', 's3_compatible', 'sftp', 'local']),
  config: configInput,
});
export const updateInput = z.object({ name: name.nullish(), config: configInput.nullish() });
