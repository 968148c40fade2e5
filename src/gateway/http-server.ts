import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '../config.ts';
import { newRequestId } from '../request/id.ts';
import { docUrlOf } from '../request/public-error.ts';

/** What Node finds wrong with a request before it is one. */
const mistakes = new Map([
  [
    'HPE_HEADER_OVERFLOW',
    { status: '431 Request Header Fields Too Large', message: 'The request line and headers are larger than 16 KiB' },
  ],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: '408 Request Timeout', message: 'The request did not arrive in time' }],
]);
const unreadable = { status: '400 Bad Request', message: 'The request is not valid HTTP' };

const lingerMs = 1000;

function refuseUnread(config: Config, error: Error, socket: Duplex): void {
  if (!socket.writable || ('code' in error && error.code === 'ECONNRESET')) {
    socket.destroy();
    return;
  }
  const { status, message } = mistakes.get('code' in error ? String(error.code) : '') ?? unreadable;
  // A client that never closes its half would keep the socket: it has a moment to read the response.
  setTimeout(() => socket.destroy(), lingerMs).unref();
  const requestId = newRequestId();
  const doc_url = docUrlOf(config, null, 'bad_request');
  const body = JSON.stringify({ error: { code: 'bad_request', message, details: {}, request_id: requestId, doc_url } });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nX-Request-Id: ${requestId}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/**
 * An HTTP server with time limits: headers 10 s, the whole request 30 s. Responses may take any time. How many headers a
 * request has is for the listener to judge: Node would drop those above its limit without a word.
 */
export function httpServer(config: Config, listener: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 2000,
    },
    listener,
  );
  server.maxHeadersCount = 0;
  server.on('clientError', (error, socket) => refuseUnread(config, error, socket));
  return server;
}
