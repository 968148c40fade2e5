import type { Socket } from 'node:net';

/** One request as it came over the wire. */
export interface EngineRequest {
  readonly method: string;
  /** Decoded, without the version in front. */
  readonly path: string;
  readonly version: string | null;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/**
 * HTTP/1.1 on a socket, read by hand: Node's own server never shows the socket below a request with a body, which an
 * engine needs to hijack it, and a hostile engine to misuse it.
 */
export class HttpConnection {
  readonly socket: Socket;
  readonly #handle: (request: EngineRequest, connection: HttpConnection) => Promise<void>;
  #buffer: Buffer = Buffer.alloc(0);
  #busy = false;
  #hijacked: ((chunk: Buffer) => void) | undefined;
  #ended = false;
  #onEnd: (() => void) | undefined;

  constructor(socket: Socket, handle: (request: EngineRequest, connection: HttpConnection) => Promise<void>) {
    this.socket = socket;
    this.#handle = handle;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      if (this.#hijacked) return this.#hijacked(chunk);
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#next();
    });
    socket.on('end', () => {
      this.#ended = true;
      if (this.#onEnd) this.#onEnd();
      else if (!this.#busy) socket.end();
    });
  }

  /** From here on the bytes are the caller's, as after Docker's `Connection: Upgrade`. */
  hijack(onData: (chunk: Buffer) => void, onEnd: () => void): void {
    this.#hijacked = onData;
    this.#onEnd = onEnd;
    if (this.#buffer.length > 0) onData(this.#buffer);
    this.#buffer = Buffer.alloc(0);
    if (this.#ended) onEnd();
  }

  send(status: string, headers: Readonly<Record<string, string>>, body: Buffer | string = ''): void {
    this.socket.write(
      head(status, {
        ...headers,
        ...(status.startsWith('204') || status.startsWith('304')
          ? {}
          : { 'Content-Length': String(Buffer.byteLength(body)) }),
      }),
    );
    this.socket.write(body);
  }

  #next(): void {
    if (this.#busy || this.#hijacked) return;
    const parsed = parseRequest(this.#buffer);
    if (!parsed) return;
    this.#buffer = parsed.rest;
    this.#busy = true;
    void this.#handle(parsed.request, this).finally(() => {
      this.#busy = false;
      if (this.#hijacked) return;
      if (this.#ended || parsed.request.headers.get('connection')?.toLowerCase() === 'close') this.socket.end();
      else this.#next();
    });
  }
}

/** A status line and headers, up to the empty line. */
export function head(status: string, headers: Readonly<Record<string, string>>): string {
  return `HTTP/1.1 ${status}\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
}

function parseRequest(data: Buffer): { request: EngineRequest; rest: Buffer } | undefined {
  const end = data.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line = '', ...lines] = data.subarray(0, end).toString('latin1').split('\r\n');
  const [method = '', target = '/'] = line.split(' ');
  const headers = new Map(
    lines.map((text) => {
      const at = text.indexOf(':');
      return [text.slice(0, at).toLowerCase(), text.slice(at + 1).trim()] as const;
    }),
  );
  const body =
    headers.get('transfer-encoding') === 'chunked'
      ? chunkedBody(data, end + 4)
      : plainBody(data, end + 4, Number(headers.get('content-length') ?? 0));
  if (!body) return undefined;
  const [path = '/', query = ''] = target.split('?', 2);
  const versioned = /^\/v([\d.]+)(\/.*)$/.exec(path);
  const request = {
    method,
    path: decodeURIComponent(versioned?.[2] ?? path),
    version: versioned?.[1] ?? null,
    query: new URLSearchParams(query),
    headers,
    body: body.content,
  };
  return { request, rest: data.subarray(body.end) };
}

function plainBody(data: Buffer, start: number, length: number): { content: Buffer; end: number } | undefined {
  return data.length < start + length
    ? undefined
    : { content: data.subarray(start, start + length), end: start + length };
}

function chunkedBody(data: Buffer, start: number): { content: Buffer; end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = data.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const length = Number.parseInt(data.subarray(at, lineEnd).toString('latin1'), 16);
    const next = lineEnd + 2 + length + 2;
    if (data.length < next) return undefined;
    if (length === 0) return { content: Buffer.concat(parts), end: next };
    parts.push(data.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = next;
  }
}
