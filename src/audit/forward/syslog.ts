import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { connect } from 'node:tls';
import type { ForwardedEntry } from './entries.ts';
import type { Receiver } from './receiver.ts';

/** Facility 13, log audit; severity 5, notice. */
const priority = 13 * 8 + 5;
/** What receivers should take at least (RFC 5425, section 4.3.1). */
const longest = 8192;

/** What a header field may consist of (RFC 5424, section 6). */
const field = (text: string, length: number): string => text.replace(/[^!-~]/g, '').slice(0, length) || '-';

/** One message (RFC 5424). An entry whose states would make it too long goes without them. */
function messageOf(entry: ForwardedEntry): Buffer {
  const head = `<${priority}>1 ${entry.createdAt} ${field(hostname(), 255)} ocore - ${field(entry.action, 32)} - `;
  const whole = Buffer.from(`${head}\uFEFF${JSON.stringify(entry)}`);
  if (whole.length <= longest) return whole;
  const { beforeState: _before, afterState: _after, ...rest } = entry;
  return Buffer.from(`${head}\uFEFF${JSON.stringify({ ...rest, statesOmitted: true })}`);
}

/** A message with its length before it (RFC 5425). */
function frameOf(entry: ForwardedEntry): Buffer {
  const message = messageOf(entry);
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}

/**
 * Syslog over TLS. The protocol has no acknowledgement, so each batch has a connection of its own, which oCore ends: the
 * batch counts as delivered when the receiver, having read to the end, has ended it, too.
 */
export function syslogReceiver(address: string, caFile: string | undefined): Receiver {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const ca = caFile === undefined ? undefined : readFileSync(caFile);
  return {
    name: 'syslog',
    send: (entries, signal) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port: Number(url.port || 6514), servername: host, ca, minVersion: 'TLSv1.2' });
        let isRead = false;
        const stop = (): void => {
          socket.destroy(new Error('The receiver did not take the entries in time'));
        };
        signal.addEventListener('abort', stop, { once: true });
        socket.once('secureConnect', () => socket.end(Buffer.concat(entries.map(frameOf))));
        socket.once('end', () => {
          isRead = socket.writableFinished;
        });
        socket.once('error', reject);
        socket.once('close', () => {
          signal.removeEventListener('abort', stop);
          if (isRead) resolve();
          else reject(new Error('The receiver closed the connection before it had read everything'));
        });
        socket.resume();
      }),
  };
}
