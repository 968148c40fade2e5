import ipaddr from 'ipaddr.js';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Whether the text is an address or a CIDR range; IPv4 as four decimal numbers only. */
export function isIpRange(text: string): boolean {
  if (!text.includes(':'))
    return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv4.isValidCIDRFourPartDecimal(text);
  return ipaddr.isValidCIDR(text) || ipaddr.isValid(text);
}

function rangeOf(text: string): Range {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Whether the range lies in one of the others; no other means everywhere. */
export function isWithin(range: string, others: readonly string[]): boolean {
  if (others.length === 0) return true;
  const [base, bits] = rangeOf(range);
  return others
    .map(rangeOf)
    .some(([outer, outerBits]) => outer.kind() === base.kind() && bits >= outerBits && base.match(outer, outerBits));
}

/** Whether the address lies in one of the ranges; no range means everywhere. An IPv4 address in IPv6 form counts as IPv4. */
export function ipAllowed(address: string | null, ranges: readonly string[]): boolean {
  if (ranges.length === 0) return true;
  if (address === null || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return ranges.map(rangeOf).some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
}
