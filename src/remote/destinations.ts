import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { RemoteError } from './errors.ts';
import { type Address, includes, meaningsOf, type Networks, parseNetworks } from '../networks.ts';

/** The addresses of this machine now: interfaces come and go. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address }) => ipaddr.process(address).toString()),
  );
}

/** Where the operator lets the control plane connect to for its users. What is allowed wins over what is denied. */
export class Destinations {
  readonly #denied: Networks;
  readonly #allowed: Networks;
  /** Where servers must be, beside all that; null: anywhere. */
  #only: Networks | null = null;

  constructor({ denied, allowed }: { denied: Networks; allowed: Networks }) {
    this.#denied = denied;
    this.#allowed = allowed;
  }

  /** What the administrator decides at run time; the next connection is judged by it. An empty list: anywhere. */
  restrictTo(networks: readonly string[]): void {
    if (networks.length === 0) {
      this.#only = null;
      return;
    }
    const parsed = parseNetworks(networks.join(','));
    // What cannot be read allows nothing.
    this.#only = typeof parsed === 'string' ? { ranges: [], own: false } : parsed;
  }

  /** Whether nothing may be sent to the address, whatever notation it has; what is no address is denied. */
  denies(address: string): boolean {
    const own = ownAddresses();
    const only = this.#only;
    const refused = (one: Address): boolean => includes(this.#denied, one, own) && !includes(this.#allowed, one, own);
    const meanings = meaningsOf(address);
    if (!meanings) return true;
    const [itself] = meanings;
    return meanings.some(refused) || (only !== null && (!itself || !includes(only, itself, own)));
  }

  /** Whether a host can be refused before anybody looks its name up: an address in any spelling, or this machine's name. */
  deniesHost(host: string): boolean {
    if (/^(.+\.)?localhost\.?$/i.test(host)) return this.denies('127.0.0.1') || this.denies('::1');
    return meaningsOf(host) !== null && this.denies(host);
  }

  /** Looks the host up; gives the addresses that may be connected to, or refuses where there is none. */
  async resolve(host: string): Promise<LookupAddress[]> {
    const found = await lookup(host, { all: true });
    const permitted = found.filter(({ address }) => !this.denies(address));
    if (permitted.length > 0) return permitted;
    throw new RemoteError(
      'destination_denied',
      `The operator of this installation does not allow connections to ${host}`,
    );
  }
}
