import type { LookupFunction } from 'node:net';
import type { App } from '../app.ts';
import { Destinations } from '../remote/index.ts';

/** Where the operator lets oCore connect to for backups: by the rule for servers, wherever these must be beside it. */
export function backupNetworks({ config }: Pick<App, 'config'>): {
  deniesHost(host: string): boolean;
  lookup: LookupFunction;
} {
  const destinations = new Destinations({
    denied: config.SERVER_NETWORKS_DENIED,
    allowed: config.SERVER_NETWORKS_ALLOWED,
  });
  return {
    deniesHost: (host) => destinations.deniesHost(host.replace(/^\[(.*)\]$/, '$1')),
    // The connection goes to the addresses that were checked, not to what the name leads to a moment later.
    lookup: (hostname, options, callback) => {
      destinations.resolve(hostname).then(
        (found) => {
          const [first] = found;
          if (options.all) callback(null, found);
          else callback(null, first?.address ?? '', first?.family ?? 0);
        },
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), '', 0),
      );
    },
  };
}
