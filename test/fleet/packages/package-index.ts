import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { DebianPackage } from './debian-package.ts';
import { type PythonPackage, sourceOf } from './python-source.ts';

const normalized = (name: string): string => name.replaceAll('_', '-');

/** What pip and apt install from: an index of Python packages and a repository of Debian's, at an address of a bridge. */
export class PackageIndex {
  readonly host: string;
  readonly port: number;
  /** The paths that were asked for. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #files = new Map<string, Buffer | string>();
  readonly #sources = new Map<string, string[]>();
  #packages = '';

  private constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
    this.#server = createServer(({ url = '' }, response) => {
      this.requests.push(url);
      const content = this.#files.get(url);
      if (content === undefined) response.writeHead(404).end();
      else response.writeHead(200, typeof content === 'string' ? { 'content-type': 'text/html' } : {}).end(content);
    });
  }

  static async start(host: string, port: number): Promise<PackageIndex> {
    const index = new PackageIndex(host, port);
    index.#server.listen(port, host);
    await once(index.#server, 'listening');
    return index;
  }

  /** The lines of a requirements.txt that name it, and no other. */
  get options(): string {
    return `--index-url http://${this.host}:${this.port}/simple/\n--trusted-host ${this.host}\n`;
  }

  /** The line for it in the `sources.list` of a container. */
  get aptSource(): string {
    return `deb [trusted=yes] http://${this.host}:${this.port}/debian ./`;
  }

  async addPython(given: PythonPackage): Promise<void> {
    const file = `${given.name}-${given.version}.tar.gz`;
    const name = normalized(given.name);
    const all = [...(this.#sources.get(name) ?? []), file];
    this.#sources.set(name, all);
    this.#files.set(`/sources/${file}`, await sourceOf(given));
    const links = all.map((one) => `<a href="/sources/${one}">${one}</a>`).join('\n');
    this.#files.set(`/simple/${name}/`, `<!DOCTYPE html><html><body>${links}</body></html>`);
  }

  /** Holds up, or lets go on, what builds with `held`. */
  hold(isHeld: boolean): void {
    this.#files.set('/held', isHeld ? 'yes' : 'no');
  }

  /** For the building of a package: waits for as long as this index holds it up. */
  get held(): string {
    const answer = `urllib.request.urlopen('http://${this.host}:${this.port}/held').read()`;
    return `import time, urllib.request\nwhile ${answer} == b'yes':\n    time.sleep(0.1)`;
  }

  addDebian({ file, content, entry }: DebianPackage): void {
    this.#packages += `${entry}\n`;
    this.#files.set('/debian/./Packages', this.#packages);
    this.#files.set(`/debian/./${file}`, content);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
