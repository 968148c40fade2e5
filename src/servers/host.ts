import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';

const label = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

/** One address, as sockets report it: without brackets, shortened, and as IPv4 where it stands for that. */
function addressOf(text: string): string | undefined {
  // In a URL, the percent sign before a zone is encoded.
  const bare = /^\[(.+)\]$/.exec(text)?.[1]?.replace('%25', '%') ?? text;
  if (!bare.includes(':') || !ipaddr.isValid(bare) || !/^[^%]+(?:%[\w.-]{1,32})?$/.test(bare)) return undefined;
  return ipaddr.process(bare).toString();
}

/** The host as it is stored; or what is wrong with it, as the end of a sentence that begins with the field. */
export function readHost(given: string): { host: string } | { problem: string } {
  const address = addressOf(given);
  if (address !== undefined) return { host: address };
  if (given.includes('://') || given.includes('/')) return { problem: 'must be a host only, without a URL around it' };
  if (given.includes('@')) return { problem: 'must not contain a user: send it in sshUser' };
  if (/^(?:[^:]+|\[.*\]):\d+$/.test(given)) return { problem: 'must not contain a port: send it in port' };
  const name = /^[\p{ASCII}]*$/u.test(given) ? given : domainToASCII(given);
  const labels = name.replace(/\.$/, '').split('.');
  const isName = name.length <= 254 && labels.every((one) => label.test(one));
  return isName ? { host: name } : { problem: 'must be a host name, or an IPv4 or IPv6 address' };
}
