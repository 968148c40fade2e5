import type { App } from '../app.ts';
import { fingerprintOfLine } from '../openssh-key.ts';
import type { StoragePlace } from '../storage/index.ts';
import { backupNetworks } from './networks.ts';
import type { DestinationPlace } from './place.ts';

/** The place as oCore itself reaches it; null for a directory of a server, which only containers there reach. */
export function storagePlaceOf(app: App, place: DestinationPlace): StoragePlace | null {
  const { lookup } = backupNetworks(app);
  if (place.type === 'local') return null;
  if (place.type === 'sftp') {
    const { host, port, user, path, hostKey, secret } = place;
    const auth = { privateKey: secret };
    return { kind: 'sftp', host, port, user, dir: path, hostKey: fingerprintOfLine(hostKey), auth, lookup };
  }
  const { bucket, prefix, region, endpoint, pathStyle, accessKeyId, secret } = place;
  return {
    kind: 's3',
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region,
    endpoint,
    pathStyle,
    credentials: { accessKeyId, secretAccessKey: secret },
    lookup,
  };
}
