import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whom an address stands for in limits: itself for IPv4, its /64 for IPv6, of which one household has 2^64 addresses. */
export function networkOf(address: string | null): string {
  if (address === null) return 'unknown';
  if (isIP(address) !== 6) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()}/64`;
}
