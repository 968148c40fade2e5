import { join } from 'node:path';
import type { Repository } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { Git, type GitAccess, type GitRemote, type GitUrl, parseGitUrl } from '../git/index.ts';
import { Destinations } from '../remote/index.ts';
import { usernameFor } from './provider.ts';
import { hostKeysOf } from './rows.ts';
import { privateKeyOwner, tokenOwner } from './sealed.ts';

/** Of one reading; a repository of addons is far below. */
const limits = { seconds: 600, bytes: 2 * 1024 ** 3 };

/** One for each program: work in the same cache waits for its turn there. */
const known = new WeakMap<App['config'], Git>();

/** The Git of this program, which goes where the operator lets it connect to: by the rule for servers. */
export function gitOf({ config }: Pick<App, 'config'>): Git {
  const before = known.get(config);
  if (before) return before;
  const networks = new Destinations({ denied: config.SERVER_NETWORKS_DENIED, allowed: config.SERVER_NETWORKS_ALLOWED });
  const git = new Git({ directory: join(config.DATA_DIR, 'git'), networks, limits });
  known.set(config, git);
  return git;
}

/** Denied addresses are refused at once; names are resolved when oCore connects. */
export function requirePermitted(app: Pick<App, 'remote'>, url: GitUrl): void {
  if (!app.remote.deniesHost(url.host)) return;
  throw new AppError(
    'destination_denied',
    'repositoryUrl: the operator of this installation does not allow connections to this address',
    { field: 'repositoryUrl', constraint: 'destination' },
  );
}

async function accessOf(app: App, row: Repository): Promise<GitAccess> {
  const { id, access, tokenEnc, privateKeyEnc } = row;
  if (access === 'token' && tokenEnc !== null)
    return { kind: 'token', username: usernameFor(row), token: await app.secrets.open(tokenEnc, tokenOwner(id)) };
  if (access === 'deploy_key' && privateKeyEnc !== null)
    return {
      kind: 'deploy_key',
      privateKey: await app.secrets.open(privateKeyEnc, privateKeyOwner(id)),
      hostKeys: hostKeysOf(row),
    };
  return { kind: 'none' };
}

/** A repository with its credentials, for a worker. */
export async function remoteOf(app: App, row: Repository): Promise<GitRemote> {
  return { id: row.id, url: parseGitUrl(row.url), access: await accessOf(app, row) };
}
