import net from 'node:net';

/**
 * Stands between the control plane and its PostgreSQL: counts the statements that pass, does something between two of
 * them, and lets the database be restarted elsewhere behind one address.
 */
export class DatabaseProxy {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #target: URL;
  statements = 0;
  #next: { part: string; work: () => Promise<unknown> } | undefined;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = net.createServer((client) => this.#connect(client));
  }

  static async start(target: string): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(target);
    await new Promise<void>((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    const url = new URL(this.#target);
    url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
    return url.href;
  }

  /** Does the work before the next statement with this in its text reaches the database. */
  before(part: string, work: () => Promise<unknown>): void {
    this.#next = { part, work };
  }

  retarget(target: string): void {
    this.#target = new URL(target);
  }

  #connect(client: net.Socket): void {
    const database = net.connect(Number(this.#target.port), this.#target.hostname);
    for (const socket of [client, database]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        database.destroy();
      });
    }
    let rest = Buffer.alloc(0);
    let started = false;
    client.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      // The startup message has no type byte. After it: type, length, body; Q and E run a statement each.
      while (rest.length >= 5) {
        const length = started ? 1 + rest.readUInt32BE(1) : rest.readUInt32BE(0);
        if (rest.length < length) break;
        const type = started ? String.fromCharCode(rest[0] ?? 0) : '';
        if (type === 'Q' || type === 'E') this.statements += 1;
        started = true;
        rest = rest.subarray(length);
      }
      const next = this.#next;
      if (!next || !chunk.includes(next.part)) {
        database.write(chunk);
        return;
      }
      this.#next = undefined;
      client.pause();
      void next.work().finally(() => {
        database.write(chunk);
        client.resume();
      });
    });
    database.on('data', (chunk: Buffer) => client.write(chunk));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
