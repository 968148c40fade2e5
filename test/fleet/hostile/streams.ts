import type { HttpConnection } from './http-connection.ts';
import { head } from './http-connection.ts';
import type { FakeContainer, Line } from './state.ts';

/** A frame of Docker's multiplexed stream: which stream, three zeros, the length, the payload. */
export function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text, 'utf8');
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

export function chunk(data: Buffer | string): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

export const lastChunk = '0\r\n\r\n';

export function streamHead(contentType: string): string {
  return head('200 OK', { 'Content-Type': contentType, 'Transfer-Encoding': 'chunked' });
}

/** The lines of a container, as `GET /containers/{id}/logs` gives them. */
export async function sendLogs(
  connection: HttpConnection,
  container: FakeContainer,
  query: URLSearchParams,
): Promise<void> {
  const { socket } = connection;
  const flag = (name: string): boolean => ['1', 'true', 'True'].includes(query.get(name) ?? '');
  const show = (line: Line): void => {
    if (!flag(line.stream === 1 ? 'stdout' : 'stderr')) return;
    socket.write(
      chunk(
        frame(
          line.stream,
          `${flag('timestamps') ? `${line.at.toISOString().replace('Z', '000000Z')} ` : ''}${line.text}\n`,
        ),
      ),
    );
  };
  socket.write(streamHead('application/vnd.docker.multiplexed-stream'));
  const tail = Number(query.get('tail') ?? 'NaN');
  for (const line of Number.isInteger(tail)
    ? container.lines.slice(Math.max(0, container.lines.length - tail))
    : container.lines)
    show(line);
  if (flag('follow') && container.status === 'running') {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        container.off('line', show);
        resolve();
      };
      container.on('line', show);
      container.once('ended', done);
      socket.once('close', done);
    });
  }
  if (!socket.destroyed) socket.write(lastChunk);
}
