import type { DestinationPlace, S3Destination, SftpDestination } from './place.ts';

/** What restic needs in its container to use a destination. Secrets are in files alone. */
export interface ResticPlace {
  /** `--repo`, but for the folder of the instance behind a slash. */
  repositoryPrefix: string;
  /** Put into the container before it starts, readable by root alone. */
  files: readonly { path: string; content: string; mode: number }[];
  options: readonly string[];
  env: readonly string[];
  /** A directory of the server. */
  mounts: readonly { Type: 'bind'; Source: string; Target: string }[];
  /** The only server on which it can be used; null: every one that reaches it. */
  serverId: string | null;
}

/** The directory of the files in restic's container. */
const dir = '/run/ocore';
/** Where a directory of the server is in restic's container. */
export const localTarget = '/repository';
/** The name under which the host key is pinned, whatever the host is called. */
const hostAlias = 'destination';

const secretFile = (name: string, content: string) => ({ path: `${dir}/${name}`, content, mode: 0o400 });

function inS3({ type, bucket, prefix, region, endpoint, pathStyle, accessKeyId, secret }: S3Destination): ResticPlace {
  const host = endpoint ?? `https://s3.${region}.amazonaws.com`;
  const credentials = `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secret}\n`;
  return {
    repositoryPrefix: `s3:${[host, bucket, prefix].filter((part) => part !== '').join('/')}`,
    files: [secretFile('aws-credentials', credentials)],
    options: [
      '-o',
      `s3.region=${region}`,
      '-o',
      `s3.bucket-lookup=${type === 's3' ? 'auto' : pathStyle ? 'path' : 'dns'}`,
    ],
    env: [`AWS_SHARED_CREDENTIALS_FILE=${dir}/aws-credentials`],
    mounts: [],
    serverId: null,
  };
}

function overSftp({ host, port, user, path, hostKey, secret }: SftpDestination): ResticPlace {
  const address = host.includes(':') ? `[${host}]` : host;
  const ssh = [
    `-i ${dir}/ssh-key`,
    `-o UserKnownHostsFile=${dir}/known-hosts`,
    '-o GlobalKnownHostsFile=/dev/null',
    `-o HostKeyAlias=${hostAlias}`,
    '-o StrictHostKeyChecking=yes',
    '-o IdentitiesOnly=yes',
    '-o BatchMode=yes',
    '-o ConnectTimeout=20',
    '-o ServerAliveInterval=10',
    '-o ServerAliveCountMax=6',
    '-F /dev/null',
  ].join(' ');
  return {
    repositoryPrefix: `sftp://${encodeURIComponent(user)}@${address}:${port}/${path}`,
    files: [secretFile('ssh-key', secret), secretFile('known-hosts', `${hostAlias} ${hostKey}\n`)],
    options: ['-o', `sftp.args=${ssh}`],
    env: [],
    mounts: [],
    serverId: null,
  };
}

export function resticPlaceOf(place: DestinationPlace): ResticPlace {
  if (place.type === 'sftp') return overSftp(place);
  if (place.type !== 'local') return inS3(place);
  return {
    repositoryPrefix: localTarget,
    files: [],
    options: [],
    env: [],
    mounts: [{ Type: 'bind', Source: place.path, Target: localTarget }],
    serverId: place.serverId,
  };
}
