import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { receiverCertificate } from '../../kit/receiver.ts';

const cert = readFileSync(receiverCertificate, 'utf8');
const key = readFileSync(join(receiverCertificate, '..', 'key.pem'), 'utf8');

/** A Git host over HTTPS: `git http-backend` behind a server of Node, with the certificate of receivers. */
export class GitHttpsServer {
  readonly #root: string;
  readonly #server: Server;
  /** Every request, with what it was asked as. */
  readonly requests: { path: string; authorization: string | undefined }[] = [];
  /** Who is let in; anybody without one. */
  login: { username: string; token: string } | undefined;
  /** Answers in place of Git, where it gives true. */
  instead: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

  private constructor(root: string) {
    this.#root = root;
    this.#server = createServer({ cert, key }, (request, response) => this.#answer(request, response));
  }

  /** Serves the repositories in the directory. */
  static async start(root: string): Promise<GitHttpsServer> {
    const server = new GitHttpsServer(root);
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  url(path: string, host = 'git.receiver.test'): string {
    return `https://${host}:${this.port}${path}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { authorization } = request.headers;
    this.requests.push({ path: request.url ?? '', authorization });
    if (this.instead(request, response)) return;
    const wanted = this.login && Buffer.from(`${this.login.username}:${this.login.token}`).toString('base64');
    if (wanted !== undefined && authorization !== `Basic ${wanted}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="Git"' }).end('Who are you?');
      return;
    }
    this.#backend(request, response);
  }

  /** CGI, as `git-http-backend` speaks it. */
  #backend(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'https://git.receiver.test');
    const header = (name: string): string => String(request.headers[name] ?? '');
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        GIT_PROJECT_ROOT: this.#root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: header('git-protocol'),
        HTTP_CONTENT_ENCODING: header('content-encoding'),
        PATH_INFO: decodeURIComponent(url.pathname),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: header('content-type'),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(child.stdin);
    child.stdin.on('error', () => {});
    let head = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      child.stdout.off('data', read);
      const headers = head
        .toString('latin1', 0, end)
        .split('\r\n')
        .map((line) => line.split(/: */, 2));
      const status = headers.find(([name]) => name === 'Status')?.[1];
      response.writeHead(
        Number.parseInt(status ?? '200', 10),
        Object.fromEntries(headers.filter(([name]) => name !== 'Status')),
      );
      response.write(head.subarray(end + 4));
      child.stdout.pipe(response);
    };
    child.stdout.on('data', read);
    response.on('close', () => child.kill());
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
