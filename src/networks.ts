import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

/** Networks as an operator lists them. `own`: the addresses that this machine has at the moment of the question, too. */
export interface Networks {
  readonly ranges: readonly Range[];
  readonly own: boolean;
}

/** Names for what operators mean most often. */
const named: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  // Cloud metadata services: most providers, AWS over IPv6, Google over IPv6, Alibaba, Azure, Oracle.
  [
    'metadata',
    [
      '169.254.169.254/32',
      'fd00:ec2::254/128',
      'fd20:ce::254/128',
      '100.100.100.200/32',
      '168.63.129.16/32',
      '192.0.0.192/32',
    ],
  ],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  // With broadcast and what is reserved.
  ['multicast', ['224.0.0.0/3', 'ff00::/8']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10']],
]);
export const networkNames: readonly string[] = [...named.keys(), 'own'];

function rangeOf(text: string): Range {
  const [address, bits] = ipaddr.parseCIDR(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
  // IPv4 addresses are compared as such, however they are written.
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96)
    return [address.toIPv4Address(), bits - 96];
  return [address, bits];
}

/** Parses addresses, CIDR ranges and names with commas between them; gives what is wrong, or the networks. */
export function parseNetworks(text: string): Networks | string {
  const ranges: Range[] = [];
  let own = false;
  for (const part of text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)) {
    const known = named.get(part);
    if (part === 'own') own = true;
    else if (known) ranges.push(...known.map(rangeOf));
    else if (isRange(part)) ranges.push(rangeOf(part));
    else return `${part} is not an address, a CIDR range such as 10.0.0.0/8, or one of ${networkNames.join(', ')}`;
  }
  return { ranges, own };
}

function isRange(text: string): boolean {
  const [address = '', bits] = text.split('/');
  if (!address.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(address)) return false;
  return bits === undefined ? ipaddr.isValid(address) : ipaddr.isValidCIDR(text);
}

/** The IPv4 addresses that an IPv6 address leads to where translators and tunnels are at work. */
function embedded(address: ipaddr.IPv6): ipaddr.IPv4[] {
  const bytes = address.toByteArray();
  const at = (...places: number[]): ipaddr.IPv4 => new ipaddr.IPv4(places.map((place) => bytes[place] ?? 0));
  const begins = (...prefix: number[]): boolean => prefix.every((byte, index) => bytes[index] === byte);
  const found: ipaddr.IPv4[] = [];
  const low = bytes.slice(0, 8).every((byte) => byte === 0);
  const middle = bytes.slice(8, 12).join('.');
  // IPv4-compatible, and IPv4-translated (RFC 2765).
  if (low && (middle === '0.0.0.0' || middle === '255.255.0.0')) found.push(at(12, 13, 14, 15));
  // NAT64 (RFC 6052), and its local-use prefix, which an operator may cut at several places (RFC 8215).
  if (begins(0, 0x64, 0xff, 0x9b, 0, 0)) found.push(at(12, 13, 14, 15));
  if (begins(0, 0x64, 0xff, 0x9b, 0, 1)) {
    found.push(at(6, 7, 9, 10), at(7, 9, 10, 11), at(9, 10, 11, 12), at(12, 13, 14, 15));
  }
  // 6to4, and Teredo, whose client's address is inverted.
  if (begins(0x20, 0x02)) found.push(at(2, 3, 4, 5));
  if (begins(0x20, 0x01, 0, 0)) {
    found.push(at(4, 5, 6, 7), new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff)));
  }
  // ISATAP.
  if (['0.0.94.254', '2.0.94.254'].includes(middle)) found.push(at(12, 13, 14, 15));
  return found;
}

/** An address without the zone that says through which interface it is reached. */
export function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}

/** A host and a port as they stand in a URL. */
export function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${withoutZone(host)}]` : host}:${port}`;
}

/** What the text may stand for on the way: the address, and those inside it. Null where it is no address. */
export function meaningsOf(text: string): Address[] | null {
  const bare = withoutZone(text);
  if (!ipaddr.isValid(bare)) return null;
  const address = ipaddr.process(bare);
  return address instanceof ipaddr.IPv6 ? [address, ...embedded(address)] : [address];
}

export function includes(networks: Networks, address: Address, own: readonly string[]): boolean {
  if (networks.ranges.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits))) return true;
  return networks.own && own.includes(address.toString());
}
