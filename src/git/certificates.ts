import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';

/** A file of the certificates that this program itself trusts: those of Node, and the operator's own (NODE_EXTRA_CA_CERTS). */
export class Certificates {
  readonly #directory: string;
  #written: { name: string; file: Promise<string> } | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  file(): Promise<string> {
    const text = `${getCACertificates('default').join('\n')}\n`;
    const name = `certificates-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.pem`;
    if (this.#written?.name !== name) this.#written = { name, file: this.#write(name, text) };
    return this.#written.file;
  }

  async #write(name: string, text: string): Promise<string> {
    const file = join(this.#directory, name);
    const part = `${file}.${process.pid}`;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(part, text, { mode: 0o600 });
    await rename(part, file);
    return file;
  }
}
