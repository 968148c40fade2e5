import { RemoteError } from './errors.ts';

/** A longer line is given in several, so that what is kept of a stream is bounded. In bytes. */
const maxLineBytes = 16 * 1024;
/** The engine's own border: a line is kept in pieces of exactly this many bytes, but for its last. */
const pieceBytes = 16 * 1024;
const maxStampBytes = 64;
const stampShape = /^\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d)$/;
const newline = 0x0a;
const space = 0x20;

export interface StampedLine {
  /** What the engine says of the time, to the nanosecond; empty if it says nothing. */
  stamp: string;
  line: string;
}

/**
 * Cuts one output of a container into lines, each with the engine's time before it. The engine keeps a line of more than
 * 16 KiB in pieces, and sends each in a frame of its own, with the time again: that is taken out. Its last piece has no
 * newline with the log driver `local` of many engines, but is shorter than the others. What is still longer than the longest
 * line is given in several with the same time, cut between two characters; nothing of it is lost.
 */
export class LineReader {
  readonly #onLine: (line: StampedLine) => void;
  /** What may become a time: at the beginning of a line, and of a frame that goes on with one. */
  #held: Buffer | undefined = Buffer.alloc(0);
  #inLine = false;
  #stamp = '';
  #parts: Buffer[] = [];
  #size = 0;
  /** Of the frame's text, since its last newline. */
  #piece = 0;

  constructor(onLine: (line: StampedLine) => void) {
    this.#onLine = onLine;
  }

  /** Takes what came; `begins` with the first of a frame, `ends` with its last. */
  push(chunk: Buffer, { begins, ends }: FramePart): void {
    if (begins) {
      this.#piece = 0;
      if (this.#inLine) this.#held ??= Buffer.alloc(0);
    }
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      this.#take(chunk.subarray(from, at));
      this.#finish();
      from = at + 1;
    }
    this.#take(chunk.subarray(from));
    // Only a log has times, and one message in each frame; other streams are cut anywhere.
    if (ends && this.#inLine && this.#stamp !== '' && this.#held === undefined && this.#piece < pieceBytes)
      this.#finish();
  }

  /** The last line, if it did not end by itself. */
  end(): void {
    if (this.#inLine || this.#held?.length) this.#finish();
  }

  #take(data: Buffer): void {
    if (this.#held === undefined) this.#keep(data);
    else {
      this.#held = Buffer.concat([this.#held, data]);
      if (this.#held.length > maxStampBytes || this.#held.includes(space)) this.#judge(this.#held);
    }
  }

  /** What was held is a time with a text behind it, or all of it is text. */
  #judge(held: Buffer): void {
    const at = held.subarray(0, maxStampBytes).indexOf(space);
    const stamp = held.subarray(0, Math.max(at, 0)).toString('latin1');
    const isStamp = stampShape.test(stamp);
    if (!this.#inLine) this.#stamp = isStamp ? stamp : '';
    this.#inLine = true;
    this.#held = undefined;
    this.#keep(isStamp ? held.subarray(at + 1) : held);
  }

  #keep(data: Buffer): void {
    // A copy: the line must not keep the whole chunk alive.
    this.#parts.push(Buffer.from(data));
    this.#size += data.length;
    this.#piece += data.length;
    if (this.#size <= maxLineBytes) return;
    let bytes = Buffer.concat(this.#parts);
    while (bytes.length > maxLineBytes) {
      const cut = borderIn(bytes);
      this.#onLine({ stamp: this.#stamp, line: bytes.toString('utf8', 0, cut) });
      bytes = bytes.subarray(cut);
    }
    this.#parts = [Buffer.from(bytes)];
    this.#size = bytes.length;
  }

  #finish(): void {
    if (this.#held) this.#judge(this.#held);
    this.#onLine({ stamp: this.#stamp, line: Buffer.concat(this.#parts).toString('utf8').replace(/\r$/, '') });
    this.#held = Buffer.alloc(0);
    this.#inLine = false;
    this.#parts = [];
    this.#size = 0;
    this.#piece = 0;
  }
}

/** The last border between two characters of UTF-8 that the longest line reaches. */
function borderIn(bytes: Buffer): number {
  for (let at = maxLineBytes; at > maxLineBytes - 4; at -= 1) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return at;
  return maxLineBytes;
}

/** Where in its frame a part is. */
export interface FramePart {
  begins: boolean;
  ends: boolean;
}

type OnData = (stream: 'stdout' | 'stderr', data: Buffer, part: FramePart) => void;

/**
 * Docker's multiplexed stream: 8 bytes of header (stream, length), then the payload, which is handed on as it comes, with
 * where in its frame it is.
 */
export class StreamDemuxer {
  readonly #onData: OnData;
  #header: Buffer = Buffer.alloc(0);
  #left = 0;
  #stream: 'stdout' | 'stderr' = 'stdout';
  #begins = true;

  constructor(onData: OnData) {
    this.#onData = onData;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left === 0) {
        rest = this.#readHeader(rest);
        this.#begins = true;
      }
      const data = rest.subarray(0, this.#left);
      if (data.length > 0) {
        const left = this.#left - data.length;
        this.#onData(this.#stream, data, { begins: this.#begins, ends: left === 0 });
        this.#begins = false;
      }
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
