import type { Duplex } from 'node:stream';
import type { RemoteGuard } from './guard.ts';
import type { HttpDelete, HttpGet } from './host.ts';
import { collect, HttpConnection } from './http.ts';
import { anySignal, within } from './within.ts';

const contentOf = (request: HttpGet | HttpDelete) =>
  'body' in request
    ? { method: 'DELETE' as const, body: request.body, headers: { 'content-type': 'application/json' } }
    : { method: 'GET' as const, headers: request.headers ?? {} };

/** One GET, or DELETE with a body, to a port of the host, over a stream of its own; the beginning of the answer's body. */
export function httpCall(
  request: HttpGet | HttpDelete,
  guard: RemoteGuard | undefined,
  dial: (signal: AbortSignal) => Promise<Duplex>,
): Promise<{ status: number; body: string }> {
  guard?.check({ name: 'http', changes: 'body' in request, deadlineMs: request.timeoutMs });
  const bounds = { what: 'The HTTP response', ms: request.timeoutMs, signal: anySignal(guard?.signal, request.signal) };
  return within(bounds, async (signal) => {
    const connection = new HttpConnection(await dial(signal), `http://127.0.0.1:${request.port}`);
    try {
      const { status, body } = await connection.open({ path: request.path, ...contentOf(request) }, signal);
      return { status, body: (await collect(body, request.maxBytes ?? 64 * 1024, 'cut')).toString('utf8') };
    } finally {
      connection.discard();
    }
  });
}
