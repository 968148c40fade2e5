import { base } from '../kit/base-fixtures.ts';
import type { Answer, Client } from '../kit/client.ts';
import type { Ocore } from '../kit/ocore.ts';
import { Receiver, receiversAllowed } from '../kit/receiver.ts';

/** With a receiver for each test, to which this control plane may send. */
export const it = base.extend('receiver', async ({ task: _task }, { onCleanup }) => {
  const receiver = await Receiver.start();
  onCleanup(() => receiver.stop());
  return receiver;
});

it.override('env', { ...receiversAllowed, WEBHOOK_TIMEOUT: '1s' });
it.beforeAll(({ ocore: _started }) => {});

export async function newEndpoint(
  client: Client,
  receiver: Pick<Receiver, 'url'>,
  input: Record<string, unknown> = {},
): Promise<Answer> {
  const made = await client.post('/webhook-endpoints', { url: receiver.url, events: ['project.*'], ...input });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made;
}

/** Lets what waits for its next attempt be due now: hours pass. */
export async function hoursPass(ocore: Ocore): Promise<void> {
  await ocore.sql(`WITH due AS (UPDATE webhook_deliveries SET next_attempt_at = now() WHERE status = 'pending' AND next_attempt_at IS NOT NULL RETURNING endpoint_id)
    UPDATE webhook_queues SET version = version + 1, wake_at = now() WHERE endpoint_id IN (SELECT endpoint_id FROM due)`);
  await ocore.sql(`SELECT pg_notify('ocore', '{"topic":"webhooks"}')`);
}

export async function deliveries(client: Client, endpoint: Answer, query = ''): Promise<Answer> {
  return client.get(`/webhook-endpoints/${endpoint.text('id')}/deliveries${query}`);
}
