import { once } from 'node:events';
import net from 'node:net';
import { Transform, type Writable } from 'node:stream';

interface Pair {
  near: net.Socket;
  far: net.Socket;
  /** What comes back from the far side goes in here. */
  back: Writable;
}

/** Passes on what came in a while in one piece, as a congested network does: it is read at once. */
function bursts(everyMs: number): Transform {
  let waiting: Buffer[] = [];
  const pass = (to: Transform): void => {
    if (waiting.length > 0) to.push(Buffer.concat(waiting));
    waiting = [];
  };
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      waiting.push(chunk);
      done();
    },
    flush(done) {
      pass(this);
      done();
    },
  });
  const timer = setInterval(() => pass(stream), everyMs);
  stream.once('close', () => clearInterval(timer));
  return stream;
}

/** The network in front of a TCP port on loopback: it can stop to forward without a word, as a lost route does. */
export class Line {
  readonly #server: net.Server;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  readonly #lost = new Set<Pair>();
  readonly #burstMs: number;
  #held = false;

  private constructor(target: number, burstMs: number) {
    this.#target = target;
    this.#burstMs = burstMs;
    this.#server = net.createServer((near) => this.#connect(near));
  }

  /** `burstMs`: what comes back arrives in bursts, so many ms apart; 0: as it comes. */
  static async start(target: number, burstMs = 0): Promise<Line> {
    const line = new Line(target, burstMs);
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
    const back = this.#burstMs > 0 ? bursts(this.#burstMs) : near;
    if (back !== near) back.pipe(near);
    const pair = { near, far: net.connect(this.#target, '127.0.0.1'), back };
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
    const { near, far, back } = pair;
    if (near.destroyed || far.destroyed) {
      this.#end(pair);
    } else {
      near.pipe(far);
      far.pipe(back);
    }
  }

  #stop({ near, far, back }: Pair): void {
    near.unpipe(far);
    far.unpipe(back);
    near.pause();
    far.pause();
  }

  #end(pair: Pair): void {
    pair.near.destroy();
    pair.far.destroy();
    pair.back.destroy();
    this.#pairs.delete(pair);
    this.#lost.delete(pair);
  }
}
