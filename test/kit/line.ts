import { once } from 'node:events';
import net from 'node:net';

interface Pair {
  near: net.Socket;
  far: net.Socket;
}

/** The network in front of a TCP port on loopback: it can stop to forward without a word, as a lost route does. */
export class Line {
  readonly #server: net.Server;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  readonly #lost = new Set<Pair>();
  #held = false;

  private constructor(target: number) {
    this.#target = target;
    this.#server = net.createServer((near) => this.#connect(near));
  }

  static async start(target: number): Promise<Line> {
    const line = new Line(target);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Stops forwarding, on connections that stand and on new ones; nobody is told. */
  hold(): void {
    this.#held = true;
    for (const pair of this.#pairs) this.#stop(pair);
  }

  /** Forwards again: with `late`, what waited arrives now; with `lost`, the connections of before stay silent for ever. */
  release(before: 'late' | 'lost'): void {
    this.#held = false;
    for (const pair of this.#pairs) {
      if (before === 'lost') this.#lost.add(pair);
      else if (!this.#lost.has(pair)) this.#forward(pair);
    }
  }

  /** The route is back: what waited on the lost connections arrives now, however late. */
  deliver(): void {
    for (const pair of this.#lost) this.#forward(pair);
    this.#lost.clear();
  }

  /** Ends the connections that were lost, as the kernel's keep-alive would in the end. */
  sweep(): void {
    for (const pair of this.#lost) this.#end(pair);
  }

  async stop(): Promise<void> {
    for (const pair of this.#pairs) this.#end(pair);
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #connect(near: net.Socket): void {
    const pair = { near, far: net.connect(this.#target, '127.0.0.1') };
    this.#pairs.add(pair);
    for (const socket of [pair.near, pair.far]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      // While nothing is forwarded, the other side does not learn of an end either.
      socket.on('close', () => {
        if (!this.#held && !this.#lost.has(pair)) this.#end(pair);
      });
    }
    if (this.#held) this.#stop(pair);
    else this.#forward(pair);
  }

  #forward(pair: Pair): void {
    const { near, far } = pair;
    if (near.destroyed || far.destroyed) {
      this.#end(pair);
    } else {
      near.pipe(far);
      far.pipe(near);
    }
  }

  #stop({ near, far }: Pair): void {
    near.unpipe(far);
    far.unpipe(near);
    near.pause();
    far.pause();
  }

  #end(pair: Pair): void {
    pair.near.destroy();
    pair.far.destroy();
    this.#pairs.delete(pair);
    this.#lost.delete(pair);
  }
}
