import net from 'node:net';
import type { Ocore } from '../kit/ocore.ts';

/** Writes bytes to the port as they are; gives everything that came back before the server closed the connection. */
export function raw(ocore: Ocore, text: string): Promise<string> {
  const url = new URL(ocore.url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(url.port), url.hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

export const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_value, index) => part(index)).join(' ');
