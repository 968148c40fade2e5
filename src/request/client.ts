import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyaddr from 'proxy-addr';
import type { Config } from '../config.ts';
import type { Client } from '../access/client.ts';
import { requestIdOf } from './id.ts';

/** Sessions and audit entries keep what a program calls itself; real ones need less. */
const longestAgent = 256;

function plain(address: string | undefined): string | null {
  // IPv4 as an IPv6 socket sees it; some proxies add the port.
  const text = address
    ?.replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/^\[(.*)\](:\d+)?$/, '$1');
  return text !== undefined && isIP(text) > 0 ? text : null;
}

/** The caller's address, the one that limits, sessions and the audit log know. X-Forwarded-For counts as far as TRUST_PROXY says. */
export function addressOf(config: Config, request: IncomingMessage): string | null {
  const peer = plain(request.socket.remoteAddress);
  if (!config.TRUST_PROXY || request.headers['x-forwarded-for'] === undefined) return peer;
  return plain(proxyaddr(request, config.TRUST_PROXY)) ?? peer;
}

export function clientOf(config: Config, request: IncomingMessage): Client {
  return {
    requestId: requestIdOf(request.headers),
    ipAddress: addressOf(config, request),
    userAgent: request.headers['user-agent']?.slice(0, longestAgent) ?? null,
  };
}
