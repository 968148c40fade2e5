import { isIP } from 'node:net';
import { AppError } from '../errors.ts';

export interface GitUrl {
  readonly protocol: 'ssh' | 'https';
  /** A name in lower case, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** As it stands in the URL, with its slash. */
  readonly path: string;
  /** Over SSH. */
  readonly user?: string;
  /** Canonical: `ssh://git@host[:port]/path` or `https://host[:port]/path`, never with a credential. */
  readonly href: string;
}

const usualPort = { ssh: 22, https: 443 } as const;
const longest = 1000;

function refuse(constraint: string, message: string): never {
  throw new AppError('validation_error', `url: ${message}`, { field: 'url', constraint });
}

/** `git@host:path`, which is no URL. What stands before two colons would be the name of a program. */
const shortForm = /^(?<user>[^@:/]+)@(?<host>[^@:/[\]]+|\[[^[\]@]+\]):(?!:|\/\/)\/?(?<path>[^/].*)$/;
const longForm =
  /^(?<protocol>[a-z+.-]+):\/\/(?:(?<user>[^@/]*)@)?(?<host>[^@:/[\]]+|\[[^[\]@]+\])(?::(?<port>\d{1,5}))?\/(?<path>.*)$/i;

function protocolOf(text: string): GitUrl['protocol'] {
  const protocol = text.toLowerCase();
  return protocol === 'ssh' || protocol === 'https'
    ? protocol
    : refuse('protocol', `must be an SSH or an HTTPS URL, not ${protocol}`);
}

/** As every program that is given it reads it: an IPv4 address has many spellings, which curl and the resolver know too. */
function hostOf(text: string): string {
  const host = URL.parse(`https://${text}/`)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
  // A name begins and ends with a letter or digit: no program takes it for an option.
  const isName = host.length <= 253 && /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?$/.test(host) && !host.includes('..');
  return isIP(host) > 0 || isName ? host : refuse('host', 'must have the name or the address of a host');
}

/** What the characters stand for is checked, however they are written. */
function pathOf(text: string): string {
  const path = text.replace(/\/+$/, '');
  let read: string;
  try {
    read = decodeURIComponent(path);
  } catch {
    return refuse('path', 'must have a path whose percent signs begin a byte of UTF-8');
  }
  const isSafe = /^[A-Za-z0-9._~!@+,=:%/()&-]+$/.test(path) && !/[\p{Cc}"'`\\?#$;|<>*{}[\]^]/u.test(read);
  if (!isSafe) refuse('path', 'must have a path of letters, digits and hyphens, without query or fragment');
  const parts = read.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.startsWith('-')))
    refuse('path', 'must have a path without empty parts, dots alone, and parts that begin with a hyphen');
  return `/${path}`;
}

/** The URL of a repository in the canonical form; refuses everything but SSH and HTTPS, and credentials in it. */
export function parseGitUrl(given: string): GitUrl {
  if (given.length > longest) refuse('max_length', `can have up to ${longest} characters`);
  if (/[^\u0021-\u007e]/.test(given)) refuse('format', 'must not contain spaces or characters beyond ASCII');
  const protocolGiven = /^([a-z][a-z+.-]*):\/\//i.exec(given)?.[1];
  if (protocolGiven !== undefined) protocolOf(protocolGiven);
  const long = longForm.exec(given)?.groups;
  const parts = long ?? shortForm.exec(given)?.groups;
  if (!parts) return refuse('format', 'must be like git@host:path, ssh://git@host/path or https://host/path');
  const protocol = protocolOf(parts['protocol'] ?? 'ssh');
  const named = parts['user'];
  if (named?.includes(':') || (protocol === 'https' && named !== undefined))
    refuse('credentials', 'must not contain credentials: they have fields of their own');
  const user = protocol === 'ssh' ? named || 'git' : undefined;
  if (user !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(user)) refuse('user', 'must have a plain user');
  const host = hostOf(parts['host'] ?? '');
  const port = parts['port'] === undefined ? usualPort[protocol] : Number(parts['port']);
  if (port < 1 || port > 65535) refuse('port', 'must have a port from 1 to 65535');
  const path = pathOf(parts['path'] ?? '');
  const place = `${isIP(host) === 6 ? `[${host}]` : host}${port === usualPort[protocol] ? '' : `:${port}`}${path}`;
  return user === undefined
    ? { protocol, host, port, path, href: `${protocol}://${place}` }
    : { protocol, host, port, path, user, href: `${protocol}://${user}@${place}` };
}
