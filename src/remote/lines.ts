import { StringDecoder } from 'node:string_decoder';
import { RemoteError } from './errors.ts';

/** The longest line that is read, in bytes. */
export const maxLineBytes = 16 * 1024;
const cutMark = ' … [cut: the line is longer than 16 KiB]';
const newline = 0x0a;

/** Cuts a byte stream into lines. One that is too long is cut, and says so; the rest of it is passed over. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  #parts: Buffer[] = [];
  #size = 0;
  #cut = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      this.#take(chunk.subarray(from, at));
      this.#emit();
      from = at + 1;
    }
    this.#take(chunk.subarray(from));
  }

  /** The last line, if it did not end by itself. */
  end(): void {
    if (this.#size > 0) this.#emit();
  }

  #take(data: Buffer): void {
    const room = maxLineBytes - this.#size;
    if (data.length > room) this.#cut = true;
    const kept = data.subarray(0, room);
    if (kept.length === 0) return;
    // A copy: the line must not keep the whole chunk alive.
    this.#parts.push(Buffer.from(kept));
    this.#size += kept.length;
  }

  #emit(): void {
    const bytes = Buffer.concat(this.#parts);
    // A decoder keeps back the character that the cut went through.
    const line = this.#cut
      ? new StringDecoder('utf8').write(bytes.subarray(0, maxLineBytes - Buffer.byteLength(cutMark))) + cutMark
      : bytes.toString('utf8').replace(/\r$/, '');
    this.#parts = [];
    this.#size = 0;
    this.#cut = false;
    this.#onLine(line);
  }
}

/** Docker's multiplexed stream: 8 bytes of header (stream, length), then the payload, which is handed on as it comes. */
export class StreamDemuxer {
  readonly #onData: (stream: 'stdout' | 'stderr', data: Buffer) => void;
  #header: Buffer = Buffer.alloc(0);
  #left = 0;
  #stream: 'stdout' | 'stderr' = 'stdout';

  constructor(onData: (stream: 'stdout' | 'stderr', data: Buffer) => void) {
    this.#onData = onData;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left === 0) rest = this.#readHeader(rest);
      const data = rest.subarray(0, this.#left);
      if (data.length > 0) this.#onData(this.#stream, data);
      this.#left -= data.length;
      rest = rest.subarray(data.length);
    }
  }

  /** Throws when the stream has ended within a frame. */
  end(): void {
    if (this.#left > 0 || this.#header.length > 0)
      throw new RemoteError('docker_error', 'The Docker engine’s stream ended in the middle of a frame', {
        retryable: true,
      });
  }

  #readHeader(chunk: Buffer): Buffer {
    const missing = 8 - this.#header.length;
    this.#header = Buffer.concat([this.#header, chunk.subarray(0, missing)]);
    if (this.#header.length === 8) {
      this.#stream = this.#header[0] === 2 ? 'stderr' : 'stdout';
      this.#left = this.#header.readUInt32BE(4);
      this.#header = Buffer.alloc(0);
    }
    return chunk.subarray(missing);
  }
}
