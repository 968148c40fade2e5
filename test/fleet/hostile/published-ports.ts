import http from 'node:http';

/**
 * What a fake Odoo answers on its published port. Fake engines share one machine but play many: two of them may publish
 * the same port, and whoever asks there gets the same Odoo.
 */
export class PublishedPorts {
  readonly #open = new Map<number, { server: http.Server; holders: Set<object> }>();

  async publish(port: number, holder: object): Promise<void> {
    const known = this.#open.get(port);
    if (known) {
      known.holders.add(holder);
      return;
    }
    const server = http.createServer((request, response) => {
      const known = ['/web/health', '/web/login'].includes(request.url ?? '');
      response
        .writeHead(known ? 200 : 404, { 'content-type': 'text/plain', connection: 'close' })
        .end(known ? 'fine' : 'no such page');
    });
    this.#open.set(port, { server, holders: new Set([holder]) });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        this.#open.delete(port);
        reject(error);
      });
      server.listen(port, '127.0.0.1', resolve);
    });
  }

  withdraw(port: number, holder: object): void {
    const known = this.#open.get(port);
    known?.holders.delete(holder);
    if (!known || known.holders.size > 0) return;
    this.#open.delete(port);
    known.server.close();
    known.server.closeAllConnections();
  }

  close(): void {
    for (const { server } of this.#open.values()) {
      server.close();
      server.closeAllConnections();
    }
    this.#open.clear();
  }
}
