import { once } from 'node:events';
import net from 'node:net';

/** A network in front of a TCP port that delivers in bursts, as a congested one does: what comes together is read at once. */
export async function burstyLine(target: number, everyMs: number): Promise<{ port: number; stop(): Promise<void> }> {
  const ends = new Set<net.Socket>();
  const server = net.createServer((near) => {
    const far = net.connect(target, '127.0.0.1');
    let waiting: Buffer[] = [];
    const timer = setInterval(() => {
      if (waiting.length > 0) near.write(Buffer.concat(waiting));
      waiting = [];
    }, everyMs);
    near.pipe(far);
    far.on('data', (chunk) => waiting.push(chunk));
    for (const socket of [near, far]) {
      ends.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(timer);
        near.destroy();
        far.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The line has no port');
  return {
    port: address.port,
    stop: async () => {
      for (const socket of ends) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
