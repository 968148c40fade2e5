import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { AppError } from '../errors.ts';
import { type Environment, environment, type Setting } from './environment.ts';
import type { GitRemote } from './remote.ts';

/** Nothing but what stands here has a say: no file of the user or of the machine, and no agent. */
const sshConfig = (dir: string, alias: string, address: string): string =>
  [
    // The name is not looked up again: it could lead elsewhere by now.
    `HostName ${address}`,
    `HostKeyAlias ${alias}`,
    `UserKnownHostsFile "${join(dir, 'known_hosts')}"`,
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
    'VerifyHostKeyDNS no',
    'CheckHostIP no',
    'UpdateHostKeys no',
    'CanonicalizeHostname no',
    `IdentityFile "${join(dir, 'key')}"`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
    'PreferredAuthentications publickey',
    'BatchMode yes',
    'ForwardAgent no',
    'ForwardX11 no',
    'ClearAllForwardings yes',
    'PermitLocalCommand no',
    'ProxyCommand none',
    'ControlPath none',
    'ConnectTimeout 15',
    'ServerAliveInterval 10',
    'ServerAliveCountMax 3',
    'LogLevel ERROR',
    '',
  ].join('\n');

async function sshEnvironment(dir: string, { url, access }: GitRemote, address: string): Promise<Environment> {
  const { privateKey, hostKeys } = access.kind === 'deploy_key' ? access : { privateKey: '', hostKeys: [] };
  const known = hostKeys.map(({ type, key }) => `${url.host} ${type} ${key}\n`);
  await writeFile(join(dir, 'key'), `${privateKey.trimEnd()}\n`, { mode: 0o600 });
  await writeFile(join(dir, 'known_hosts'), known.join(''), { mode: 0o600 });
  await writeFile(join(dir, 'config'), sshConfig(dir, url.host, address), { mode: 0o600 });
  // The one command line that Git gives to a shell: a path that this program made itself.
  return { GIT_SSH_COMMAND: `ssh -F '${join(dir, 'config')}'`, GIT_SSH_VARIANT: 'ssh' };
}

/** A constant: the shell of Git reads from its environment what it prints. */
const helper = `!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$OCORE_GIT_USERNAME" "$OCORE_GIT_TOKEN"; }; f`;

/** Git trusts what this program trusts: the certificates of Node, and the operator's own (NODE_EXTRA_CA_CERTS). */
async function httpsSettings(
  dir: string,
  { url, access }: GitRemote,
  addresses: readonly string[],
): Promise<Setting[]> {
  const { host, port } = url;
  const certificates = join(dir, 'certificates.pem');
  await writeFile(certificates, `${getCACertificates('default').join('\n')}\n`);
  const places = addresses.map((address) => (isIP(address) === 6 ? `[${address}]` : address));
  const origin = `https://${isIP(host) === 6 ? `[${host}]` : host}${port === 443 ? '' : `:${port}`}`;
  return [
    // An address is not looked up.
    ...(isIP(host) > 0 ? [] : [['http.curloptResolve', `${host}:${port}:${places.join(',')}`] as const]),
    ['http.sslCAInfo', certificates],
    ...(access.kind === 'token' ? [[`credential.${origin}.helper`, helper] as const] : []),
  ];
}

/** What no message may hold, in every form in which it travels. */
export function secretsOf({ access }: GitRemote): string[] {
  if (access.kind !== 'token') return [];
  const { username, token } = access;
  return [Buffer.from(`${username}:${token}`).toString('base64'), token, encodeURIComponent(token)];
}

/** An environment in which Git reaches this remote at the addresses that were checked. Its files are gone afterwards. */
export async function inSession<T>(
  remote: GitRemote,
  place: { addresses: readonly string[]; repository?: string | undefined },
  work: (environmentOf: (more?: Environment) => Environment) => Promise<T>,
): Promise<T> {
  const { url, access } = remote;
  if (access.kind === 'token' && /[\r\n\0]/.test(access.username + access.token))
    throw new AppError('git_access_denied', 'The token or its user name is not a single line');
  const dir = await mkdtemp(join(tmpdir(), 'ocore-git-'));
  try {
    const [address = ''] = place.addresses;
    const own =
      url.protocol === 'ssh'
        ? await sshEnvironment(dir, remote, address)
        : access.kind === 'token'
          ? { OCORE_GIT_USERNAME: access.username, OCORE_GIT_TOKEN: access.token }
          : {};
    const settings = url.protocol === 'ssh' ? [] : await httpsSettings(dir, remote, place.addresses);
    return await work((more) =>
      environment({
        home: dir,
        repository: place.repository,
        protocols: url.protocol,
        settings,
        more: { ...own, ...more },
      }),
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
