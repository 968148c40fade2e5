import { StringDecoder } from 'node:string_decoder';

const maxLine = 16 * 1024;

/** Cuts a byte stream into lines; a character across two chunks stays whole, an endless line is cut. */
export class LineReader {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#emit(part);
    if (this.#rest.length > maxLine) this.end();
  }

  end(): void {
    if (this.#rest) this.#emit(this.#rest);
    this.#rest = '';
  }

  #emit(line: string): void {
    this.#onLine(line.replace(/\r$/, '').slice(0, maxLine));
  }
}

/** Docker's multiplexed stream: 8 bytes of header (stream, length), then the payload. */
export class StreamDemuxer {
  #buffer: Buffer = Buffer.alloc(0);
  readonly #onData: (stream: 'stdout' | 'stderr', data: Buffer) => void;

  constructor(onData: (stream: 'stdout' | 'stderr', data: Buffer) => void) {
    this.#onData = onData;
  }

  push(chunk: Buffer): void {
    this.#buffer = this.#buffer.length > 0 ? Buffer.concat([this.#buffer, chunk]) : chunk;
    while (this.#buffer.length >= 8) {
      const length = this.#buffer.readUInt32BE(4);
      if (this.#buffer.length < 8 + length) return;
      this.#onData(this.#buffer[0] === 2 ? 'stderr' : 'stdout', this.#buffer.subarray(8, 8 + length));
      this.#buffer = this.#buffer.subarray(8 + length);
    }
  }
}
