import http from 'node:http';
import type { Duplex } from 'node:stream';
import { RemoteError, toRemoteError } from './errors.ts';
import type { HttpRequest } from './host.ts';

const maxBody = 64 * 1024;

/** One GET over a stream that is already open; resolves when the body ends or is long enough. */
export function httpGetOver(socket: Duplex, request: HttpRequest): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(toRemoteError(error));
    };
    const timer = setTimeout(() => fail(new RemoteError('remote_timeout', `No HTTP answer within ${request.timeoutMs} ms`)), request.timeoutMs);
    const call = http.get(
      {
        path: request.path,
        headers: { host: `127.0.0.1:${request.port}`, connection: 'close', ...request.headers },
        createConnection: () => socket,
        ...(request.signal ? { signal: request.signal } : {}),
      },
      (response) => {
        let body = '';
        const done = (): void => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, body });
          socket.destroy();
        };
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
          if (body.length >= maxBody) done();
        });
        response.on('end', done);
        response.on('error', fail);
      },
    );
    call.on('error', fail);
  });
}
