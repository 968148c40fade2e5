import { limitExceeded, networkOf } from '../limits/index.ts';

/** Of this process; who is refused may well come back when another connection has ended. */
const retrySeconds = 5;

/** Connections that stay, WebSockets and server-sent events, counted by who holds them. */
export class Connections {
  readonly #open = new Map<string, number>();
  readonly #perAccount: number;
  readonly #perAddress: number;

  constructor(perAccount: number) {
    this.#perAccount = perAccount;
    // An office shares an address.
    this.#perAddress = perAccount * 5;
  }

  /** Takes a place; gives the way to leave it. */
  byAddress(address: string | null): () => void {
    return this.#take(`address ${networkOf(address)}`, this.#perAddress, 'this address');
  }

  byAccount(id: string): () => void {
    return this.#take(`account ${id}`, this.#perAccount, 'this account');
  }

  #take(key: string, most: number, whose: string): () => void {
    const held = this.#open.get(key) ?? 0;
    if (held >= most)
      throw limitExceeded(
        'connections',
        `${most} live connections of ${whose} are open, which is the maximum`,
        retrySeconds,
      );
    this.#open.set(key, held + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const rest = (this.#open.get(key) ?? 1) - 1;
      if (rest === 0) this.#open.delete(key);
      else this.#open.set(key, rest);
    };
  }
}
