import { createHmac } from 'node:crypto';
import { request } from 'undici';
import type { Receiver } from './receiver.ts';

/** The key of a secret as Standard Webhooks writes it; any other text is the key itself. */
const keyOf = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);

/**
 * Posts batches as JSON, signed by Standard Webhooks. A batch has the same `webhook-id` whenever it is sent again, and is
 * delivered when the receiver answers with a status of 200 to 299. Redirects are not followed.
 */
export function httpReceiver(url: string, secret: string): Receiver {
  const key = keyOf(secret);
  return {
    name: 'http',
    send: async (entries, signal) => {
      const id = `audit_${entries.at(0)?.id ?? ''}_${entries.length}`;
      const timestamp = String(Math.floor(Date.now() / 1000));
      const body = JSON.stringify({ entries });
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      const { statusCode, body: answer } = await request(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'oCore',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
        },
        body,
        signal,
      });
      await answer.dump({ limit: 65_536 });
      if (statusCode < 200 || statusCode > 299) throw new Error(`The receiver answered with the status ${statusCode}`);
    },
  };
}
