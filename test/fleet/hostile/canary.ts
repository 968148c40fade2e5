import { once } from 'node:events';
import http from 'node:http';

/** Something on the control plane's own machine that nobody may be talked into asking. */
export class Canary {
  readonly requests: string[] = [];
  readonly #server = http.createServer((request, response) => {
    this.requests.push(`${request.method} ${request.url}`);
    response.end('{}');
  });

  static async listen(port: number): Promise<Canary> {
    const canary = new Canary();
    canary.#server.listen(port, '127.0.0.1');
    await once(canary.#server, 'listening');
    return canary;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
