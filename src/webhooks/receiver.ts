import type { App } from '../app.ts';
import type { Signer } from '../standard-webhooks.ts';
import type { Format } from './body.ts';
import { keysFrom, keysOwner, previousKeysOwner, signerOf } from './keys.ts';
import { Lanes } from './lanes.ts';
import type { Held } from './leases.ts';

/** How an endpoint is sent to. */
interface Settings {
  readonly id: string;
  readonly orgId: string;
  readonly url: URL;
  readonly format: Format;
  readonly signer: Signer;
  readonly previous: { readonly signer: Signer; readonly until: number } | null;
}

/** How many requests an endpoint may have open; one that fails again and again gets fewer. */
const mostOpen = 10;
const mostOpenFailing = 2;
const failuresInARow = 5;

/** An endpoint that this worker sends to. */
export class Receiver {
  readonly settings: Settings;
  readonly lanes = new Lanes();
  held: Held;
  /** Since when nothing but failures came, as it is recorded. */
  failingSince: Date | null;
  /** Whether there may be deliveries that were not read. */
  wantsMore = true;
  /** It must be read anew: nothing is sent until that is done. */
  isStale = false;
  /** Somebody else holds it now, or it was deleted. */
  isLost = false;
  open = 0;
  /** Results that are not recorded yet. */
  unrecorded = 0;
  lastUsed = Date.now();
  #failures = 0;

  constructor(settings: Settings, held: Held, failingSince: Date | null) {
    this.settings = settings;
    this.held = held;
    this.failingSince = failingSince;
  }

  get mayOpen(): boolean {
    const most = this.#failures >= failuresInARow ? mostOpenFailing : mostOpen;
    return !this.isStale && !this.isLost && this.open < most;
  }

  get isBusy(): boolean {
    return this.open > 0 || this.unrecorded > 0;
  }

  signers(now: number): Signer[] {
    const { signer, previous } = this.settings;
    return previous && previous.until > now ? [signer, previous.signer] : [signer];
  }

  count(ok: boolean): void {
    this.#failures = ok ? 0 : this.#failures + 1;
    this.lastUsed = Date.now();
  }
}

/** Reads how endpoints are sent to. Those that are not active are missing in the result. */
export async function readReceivers({ db, secrets }: App, held: readonly Held[]): Promise<Receiver[]> {
  const rows = await db.prisma.webhookEndpoint.findMany({
    where: { id: { in: held.map(({ endpointId }) => endpointId) }, active: true },
  });
  const byId = new Map(held.map((one) => [one.endpointId, one]));
  const open = async (record: string, owner: string): Promise<Signer> =>
    signerOf(keysFrom(await secrets.open(record, owner)));
  return Promise.all(
    rows.flatMap(({ id, orgId, url, format, keysEnc, previousKeysEnc, previousExpiresAt, failingSince }) => {
      const one = byId.get(id);
      if (!one) return [];
      const made = async (): Promise<Receiver> => {
        const signer = await open(keysEnc, keysOwner(id));
        const previous =
          previousKeysEnc && previousExpiresAt
            ? { signer: await open(previousKeysEnc, previousKeysOwner(id)), until: previousExpiresAt.getTime() }
            : null;
        return new Receiver({ id, orgId, url: new URL(url), format, signer, previous }, one, failingSince);
      };
      return [made()];
    }),
  );
}
