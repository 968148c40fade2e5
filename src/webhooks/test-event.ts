import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { invalidState } from '../errors.ts';
import { getWebhookEndpoint, factAbout } from './rows.ts';

export const testMessage = { message: 'This is a test of your webhook endpoint. It is set up correctly.' };

/** Sends the endpoint an event of its own, whatever it asks for. */
export async function testWebhookEndpoint(app: App, scope: OrgScope, id: string) {
  const row = await getWebhookEndpoint(scope, id);
  if (!row.active) throw invalidState('webhook endpoint', 'inactive', ['active']);
  await mutate(app, scope, ({ record }) =>
    record({
      action: 'webhook_endpoint.tested',
      ...factAbout(row),
      after: testMessage,
    }),
  );
  return row;
}
