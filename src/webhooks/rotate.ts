import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { parse } from '../parse.ts';
import { rotateInput } from './fields.ts';
import { keysFrom, keysOwner, keysText, newKeys, previousKeysOwner, publicKeyOf } from './keys.ts';
import { type EndpointRow, getWebhookEndpoint, factAbout, wakeQueue } from './rows.ts';
import { requireSees } from './told.ts';

/** How long the previous keys sign beside the new ones. */
const overlapHours = 24;

/** Gives the endpoint a new secret, which is told now and never again, and new ed25519 keys if it has or wants any. */
export async function rotateWebhookSecret(app: App, scope: OrgScope, id: string, given: unknown): Promise<EndpointRow> {
  const input = parse(rotateInput, given);
  const before = await getWebhookEndpoint(scope, id);
  requireSees(scope.access, before);
  const previous = await app.secrets.open(before.keysEnc, keysOwner(id));
  const keys = newKeys(input.asymmetric ?? keysFrom(previous).privateKey !== null, input.secret);
  const previousExpiresAt = new Date(Date.now() + overlapHours * 3600_000);
  return mutate(app, scope, async ({ tx, record }) => {
    const row = await tx.webhookEndpoint.update({
      where: { id, orgId: scope.orgId },
      data: {
        keysEnc: app.secrets.seal(keysText(keys), keysOwner(id)),
        publicKey: publicKeyOf(keys),
        previousKeysEnc: app.secrets.seal(previous, previousKeysOwner(id)),
        previousExpiresAt,
      },
    });
    await wakeQueue(tx, id);
    await record({
      action: 'webhook_endpoint.secret_rotated',
      ...factAbout(row),
      after: { previousExpiresAt: previousExpiresAt.toISOString() },
    });
    return { ...row, signingSecret: keys.secret };
  });
}
