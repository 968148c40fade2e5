import dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Config } from '../config.ts';
import { type Networks, parseNetworks } from '../networks.ts';
import { Destinations } from '../remote/index.ts';

/**
 * What no receiver of the Internet has: networks of this machine and around it, translators and tunnels that lead to them
 * (NAT64, 6to4, Teredo), and what is reserved for documentation, measurement and the protocols themselves.
 */
const denied = [
  'loopback,link-local,metadata,unspecified,multicast,own,private',
  '192.0.0.0/24,192.0.2.0/24,192.88.99.0/24,198.18.0.0/15,198.51.100.0/24,203.0.113.0/24',
  '64:ff9b::/96,64:ff9b:1::/48,100::/64,2001::/23,2001:db8::/32,2002::/16,3fff::/20,5f00::/16',
].join(',');

function networksOf(text: string): Networks {
  const parsed = parseNetworks(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

/** The address may not be connected to. Its message is for users: it tells nothing of the address. */
export class DestinationDenied extends Error {
  readonly code = 'destination_denied';
  constructor(host: string) {
    super(`${host} leads to an address that webhooks may not be sent to`);
    this.name = 'DestinationDenied';
  }
}

/** An address as it stands in a URL or in Node's options. */
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1').toLowerCase();

const isMapped = (address: string): boolean => {
  const parsed = ipaddr.isValid(address) ? ipaddr.parse(address) : null;
  return parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress();
};

/** Where webhooks may be sent to: to every public address, and to what the operator names. */
export class WebhookDestinations {
  readonly #destinations: Destinations;
  readonly #hosts: ReadonlySet<string>;

  constructor({ WEBHOOK_NETWORKS_ALLOWED, WEBHOOK_HOSTS_ALLOWED }: Config) {
    this.#destinations = new Destinations({ denied: networksOf(denied), allowed: WEBHOOK_NETWORKS_ALLOWED });
    this.#hosts = WEBHOOK_HOSTS_ALLOWED;
  }

  /** Whether the host can be refused by its name alone: an address in any spelling, or a name of this machine. */
  deniesHost(given: string): boolean {
    const host = bare(given);
    if (this.#hosts.has(host)) return false;
    return isMapped(host) || this.#destinations.deniesHost(host);
  }

  /**
   * Looks a name up for a connection that is about to be made, and gives only addresses that may be connected to: the
   * connection goes to these, so a name that leads elsewhere a moment later changes nothing.
   */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#resolve(bare(hostname)).then(
      (found) => {
        const [first] = found;
        if (!first) callback(new DestinationDenied(hostname), '', 0);
        else if (options.all) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), '', 0),
    );
  };

  async #resolve(host: string): Promise<dns.LookupAddress[]> {
    // The operator's own hosts may stand in /etc/hosts.
    if (this.#hosts.has(host)) return dns.promises.lookup(host, { all: true });
    if (this.deniesHost(host)) throw new DestinationDenied(host);
    // Not getaddrinfo: it has four threads for the whole process, and one slow name server would keep all of them.
    const [four, six] = await Promise.allSettled([dns.promises.resolve4(host), dns.promises.resolve6(host)]);
    const found = [
      ...(four.status === 'fulfilled' ? four.value : []),
      ...(six.status === 'fulfilled' ? six.value : []),
    ].map((address) => ({ address, family: isIP(address) }));
    if (found.length === 0 && four.status === 'rejected') throw four.reason;
    return found.filter(({ address }) => !isMapped(address) && !this.#destinations.denies(address));
  }
}
