import { z } from 'zod';
import type { DestinationType } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { AppError, validationError } from '../errors.ts';
import { parse } from '../parse.ts';
import { fingerprintOf } from '../openssh-key.ts';
import { RemoteError } from '../remote/index.ts';
import { getServer } from '../servers/index.ts';
import { hostKeyOf, StorageError } from '../storage/index.ts';
import { configs } from './fields.ts';
import { backupNetworks } from './networks.ts';
import type { DestinationPlace } from './place.ts';
import { TestFailure } from './problems.ts';
import { unreachableSftp } from './storage-problem.ts';
import { unanswered } from './unanswered.ts';

type Given = Readonly<Record<string, unknown>>;

const named = <Shape extends z.ZodType>(config: Shape) => z.object({ config });

export const withoutNulls = (given: Given): Given =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));

/** The place that a config describes, with the host key of an SFTP server that is met for the first time. */
export async function wantedPlace(
  app: App,
  scope: OrgScope,
  type: DestinationType,
  config: Given,
  pinned?: string,
): Promise<DestinationPlace> {
  const given = { config: withoutNulls(config) };
  // Whatever is named must be there, also what this type does not use.
  if (typeof given.config['serverId'] === 'string') await getServer(scope, given.config['serverId']);
  switch (type) {
    case 's3': {
      const { secretAccessKey: secret, ...rest } = parse(named(configs.s3), given).config;
      return { type, ...rest, endpoint: null, pathStyle: false, secret };
    }
    case 's3_compatible': {
      const { secretAccessKey: secret, ...rest } = parse(named(configs.s3_compatible), given).config;
      requirePermitted(app, 'config.endpoint', new URL(rest.endpoint).hostname);
      return { type, ...rest, secret };
    }
    case 'sftp': {
      const { privateKey: secret, hostKeyFingerprint, ...rest } = parse(named(configs.sftp), given).config;
      requirePermitted(app, 'config.host', rest.host);
      return { type, ...rest, hostKey: await hostKey(app, rest, hostKeyFingerprint, pinned), secret };
    }
    case 'local': {
      const { serverId, path } = parse(named(configs.local), given).config;
      return { type, serverId: (await getServer(scope, serverId)).id, path };
    }
  }
}

/** The pinned key, or the one that the server presents: the one that was named, or any at the first contact. */
async function hostKey(
  app: App,
  { host, port }: { host: string; port: number },
  wanted: string | undefined,
  pinned: string | undefined,
): Promise<string> {
  if (pinned !== undefined && wanted === undefined) return pinned;
  const began = performance.now();
  const key = await hostKeyOf({ host, port, lookup: backupNetworks(app).lookup }).catch(async (error: unknown) => {
    if (!(error instanceof StorageError)) throw error;
    if (error.cause instanceof RemoteError && error.cause.code === 'destination_denied') throw error.cause;
    await unanswered(began);
    throw new TestFailure('unreachable', unreachableSftp(host, port), { step: 'connect', cause: error });
  });
  const presented = fingerprintOf(key);
  if (wanted !== undefined && wanted !== presented)
    throw new TestFailure(
      'host_key_mismatch',
      `${host}:${port} presented the host key ${presented}, not ${wanted}; find out which is right before you send the other`,
      { step: 'connect' },
    );
  const length = key.readUInt32BE(0);
  return `${key.subarray(4, 4 + length).toString('latin1')} ${key.toString('base64')}`;
}

function requirePermitted(app: App, field: string, host: string): void {
  if (!backupNetworks(app).deniesHost(host)) return;
  throw new AppError(
    'destination_denied',
    `${field}: the operator of this installation does not allow connections to this address`,
    { field, constraint: 'destination' },
  );
}

/** A secret that somebody else typed does not go to another service: whoever changes the address sends it anew. */
export function requireSecretAgain(place: DestinationPlace, config: Given): void {
  const changes = (name: string, before: unknown): boolean =>
    config[name] !== undefined && config[name] !== null && config[name] !== before;
  const field = place.type === 'sftp' ? 'privateKey' : 'secretAccessKey';
  if (place.type === 'local' || typeof config[field] === 'string') return;
  const other =
    place.type === 'sftp'
      ? changes('host', place.host) || changes('port', place.port) || changes('user', place.user)
      : changes('endpoint', place.endpoint) || changes('accessKeyId', place.accessKeyId);
  if (!other) return;
  throw validationError([
    {
      field: `config.${field}`,
      constraint: 'required',
      message: `config.${field} is required with a new address or user: the stored one is not sent elsewhere`,
    },
  ]);
}

/** What of a place an update may leave out. */
export function configOf(place: DestinationPlace): Given {
  switch (place.type) {
    case 's3': {
      const { bucket, prefix, region, accessKeyId, secret } = place;
      return { bucket, prefix, region, accessKeyId, secretAccessKey: secret };
    }
    case 's3_compatible': {
      const { bucket, prefix, region, endpoint, pathStyle, accessKeyId, secret } = place;
      return { bucket, prefix, region, endpoint, pathStyle, accessKeyId, secretAccessKey: secret };
    }
    case 'sftp': {
      const { host, port, user, path, secret } = place;
      return { host, port, user, path, privateKey: secret };
    }
    case 'local':
      return { serverId: place.serverId, path: place.path };
  }
}

/** Where exactly the repositories are: another place of that kind has none of them. */
export const repositoryPlaceOf = (place: DestinationPlace): string =>
  place.type === 'local'
    ? `${place.serverId} ${place.path}`
    : place.type === 'sftp'
      ? place.path
      : `${place.bucket}/${place.prefix}`;
