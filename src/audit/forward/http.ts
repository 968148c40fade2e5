import { request } from 'undici';
import { secretBytes, signed } from '../../standard-webhooks.ts';
import type { Receiver } from './receiver.ts';

/** The key of a secret as Standard Webhooks writes it; any other text is the key itself. */
const keyOf = (secret: string): Buffer => (secret.startsWith('whsec_') ? secretBytes(secret) : Buffer.from(secret));

/**
 * Posts batches as JSON, signed by Standard Webhooks. A batch has the same `webhook-id` whenever it is sent again, and is
 * delivered when the receiver answers with a status of 200 to 299. Redirects are not followed.
 */
export function httpReceiver(url: string, secret: string): Receiver {
  const signers = [{ secret: keyOf(secret), privateKey: null }];
  return {
    name: 'http',
    send: async (entries, signal) => {
      const id = `audit_${entries.at(0)?.id ?? ''}_${entries.length}`;
      const body = JSON.stringify({ entries });
      const { statusCode, body: answer } = await request(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'oCore',
          ...signed(signers, id, Date.now(), body),
        },
        body,
        signal,
      });
      await answer.dump({ limit: 65_536 });
      if (statusCode < 200 || statusCode > 299) throw new Error(`The receiver answered with the status ${statusCode}`);
    },
  };
}
