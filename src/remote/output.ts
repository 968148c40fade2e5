import { StringDecoder } from 'node:string_decoder';
import { RemoteError } from './errors.ts';

/** Text that comes in pieces, up to a limit. */
export class Output {
  readonly #decoder = new StringDecoder('utf8');
  readonly #maxBytes: number;
  #size = 0;
  text = '';

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Throws when it becomes too much. */
  push(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes)
      throw new RemoteError(
        'remote_command_failed',
        `The command wrote more than ${Math.ceil(this.#maxBytes / 1024)} KiB`,
      );
    this.text += this.#decoder.write(chunk);
  }

  /** Takes what a stream brings; tells when it becomes too much. */
  reader(tooMuch: (error: unknown) => void): (chunk: Buffer) => void {
    return (chunk) => {
      try {
        this.push(chunk);
      } catch (error) {
        tooMuch(error);
      }
    };
  }
}
