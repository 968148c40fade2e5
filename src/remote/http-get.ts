import type { Duplex } from 'node:stream';
import type { RemoteGuard } from './guard.ts';
import type { HttpGet } from './host.ts';
import { collect, HttpConnection } from './http.ts';
import { anySignal, within } from './within.ts';

/** One GET to a port of the host, over a stream of its own; the first 64 KiB of the body. */
export function httpGet(
  request: HttpGet,
  guard: RemoteGuard | undefined,
  dial: (signal: AbortSignal) => Promise<Duplex>,
): Promise<{ status: number; body: string }> {
  guard?.check({ name: 'httpGet', changes: false, deadlineMs: request.timeoutMs });
  const bounds = { what: 'The HTTP response', ms: request.timeoutMs, signal: anySignal(guard?.signal, request.signal) };
  return within(bounds, async (signal) => {
    const connection = new HttpConnection(await dial(signal), `http://127.0.0.1:${request.port}`);
    try {
      const { status, body } = await connection.open(
        { method: 'GET', path: request.path, headers: request.headers ?? {} },
        signal,
      );
      return { status, body: (await collect(body, 64 * 1024, 'cut')).toString('utf8') };
    } finally {
      connection.discard();
    }
  });
}
