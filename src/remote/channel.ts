import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { RemoteError } from './errors.ts';

/** Beyond the window of 2 MiB that an honest server keeps to. */
const maxUnread = 5 * 1024 * 1024;
/** How long the server may take to close a channel. */
const closingMs = 15_000;

/**
 * A channel of ssh2 that is closed from here for good. ssh2 neither holds a server to its window, nor does it say that
 * a channel has closed before all of its data was read: what still comes is thrown away.
 */
export class Channel {
  readonly raw: ClientChannel;
  readonly #overdue: () => void;
  #closing: NodeJS.Timeout | undefined;
  #closed = false;

  /** `hostile` is called when the server floods the channel, or does not close it. */
  constructor(raw: ClientChannel, options: { closed: () => void; hostile: () => void }) {
    this.raw = raw;
    this.#overdue = options.hostile;
    for (const readable of [raw, raw.stderr]) {
      readable.on('error', () => {});
      const push = readable.push.bind(readable);
      Object.assign(readable, {
        push: (chunk: unknown, encoding?: BufferEncoding): boolean => {
          if (readable.readableLength <= maxUnread) return push(chunk, encoding);
          options.hostile();
          return false;
        },
      });
    }
    raw.on('close', () => {
      this.#closed = true;
      clearTimeout(this.#closing);
      options.closed();
    });
  }

  close(): void {
    if (this.#closing || this.#closed) return;
    this.#closing = setTimeout(this.#overdue, closingMs);
    this.raw.removeAllListeners('data');
    this.raw.destroy();
    this.raw.resume();
    this.raw.stderr.resume();
  }

  /** The connection has gone, and the channel with it. */
  lost(): void {
    this.raw.emit('close');
  }
}

/** A channel as a stream like any other: it ends when it is destroyed, at once, and gives the channel back. */
export class ChannelStream extends Duplex {
  readonly #channel: Channel;
  #ended = false;

  constructor(channel: Channel) {
    super();
    this.#channel = channel;
    const { raw } = channel;
    // What the engine's relay says beside the stream is nobody's.
    raw.stderr.resume();
    raw.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) raw.pause();
    });
    raw.on('end', () => {
      this.#ended = true;
      this.push(null);
    });
    // After its end the reader may still be at what came before; without one, the connection broke.
    raw.on('close', () => {
      if (this.#ended) this.end();
      else this.destroy(new RemoteError('ssh_connection_lost', 'The connection was lost during the transfer'));
    });
    this.on('error', () => {});
  }

  override _read(): void {
    this.#channel.raw.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#channel.raw.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#channel.raw.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel.close();
    done(error);
  }
}
