import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';

/** All of GitHub that an import of SSH keys asks: the public keys of a user. */
export class GithubKeys {
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  answer: RequestListener;
  readonly #server: Server;

  private constructor(answer: RequestListener) {
    this.answer = answer;
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      this.answer(request, response);
    });
  }

  /** Without keys, it knows nobody. */
  static async start(keys: readonly string[]): Promise<GithubKeys> {
    const github = new GithubKeys((_request, response) => {
      if (keys.length === 0) response.writeHead(404);
      response.end(keys.map((key) => `${key}\n`).join(''));
    });
    github.#server.listen(0, '127.0.0.1');
    await once(github.#server, 'listening');
    return github;
  }

  /** What makes oCore ask here. */
  get env(): Record<string, string> {
    const address = this.#server.address();
    return { GITHUB_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
