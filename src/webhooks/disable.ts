import type { WebhookEndpoint } from '../../prisma/generated/client/client.ts';
import { itself } from '../access/access.ts';
import { isOwnerRole } from '../access/bounds.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { type Letter, nameInMail, queueMail } from '../mail/index.ts';
import { failWaiting } from './fail-waiting.ts';
import { factAbout, hostOf, wakeQueue } from './rows.ts';
import { failingDays } from './schedule.ts';

export type DisabledReason = 'gone' | 'failing';

const told: Readonly<Record<DisabledReason, string>> = {
  gone: 'it answered 410 Gone, which means that it wants no more events',
  failing: `nothing but failures came from it for ${failingDays} days`,
};

/** Who made the endpoint, if still a member; otherwise the Owners. */
async function recipients(tx: Tx, orgId: string, createdBy: string | null): Promise<string[]> {
  const members = await tx.membership.findMany({ where: { orgId }, select: { userId: true, roleId: true } });
  const roles = await tx.role.findMany({ where: { orgId, isSystem: true } });
  const owners = new Set(roles.filter(isOwnerRole).map(({ id }) => id));
  const creator = members.filter(({ userId }) => userId === createdBy);
  const chosen = creator.length > 0 ? creator : members.filter(({ roleId }) => roleId !== null && owners.has(roleId));
  const users = await tx.user.findMany({
    where: { id: { in: chosen.map(({ userId }) => userId) } },
    select: { email: true },
  });
  return users.map(({ email }) => email);
}

function letter(
  to: string,
  appUrl: string,
  organization: string,
  endpoint: Pick<WebhookEndpoint, 'id' | 'url' | 'description'>,
  reason: DisabledReason,
): Letter {
  const description = endpoint.description ? `, ${nameInMail(endpoint.description)}` : '';
  return {
    to,
    subject: 'A webhook endpoint was disabled',
    text: [
      `oCore disabled a webhook endpoint of ${nameInMail(organization)}: ${told[reason]}.`,
      `Endpoint: ${endpoint.id} at ${hostOf(endpoint)}${description}`,
      'Events are no longer sent to it. When its receiver works again, activate the endpoint and replay the deliveries that failed.',
      `How: ${appUrl}/docs/guides/webhooks`,
    ].join('\n\n'),
  };
}

/** Sends nothing more to an endpoint, records why, and tells people. */
export async function disableEndpoint(app: App, orgId: string, id: string, reason: DisabledReason): Promise<void> {
  const scope = { orgId, actor: itself, requestId: `webhook-${id.slice(-6)}`, ipAddress: null, userAgent: null };
  await mutate(app, scope, async ({ tx, record }) => {
    const before = await tx.webhookEndpoint.findFirst({ where: { id, orgId } });
    const { count } = await tx.webhookEndpoint.updateMany({
      where: { id, orgId, active: true },
      data: { active: false, disabledReason: reason },
    });
    if (!before || count === 0) return;
    await failWaiting(tx, id);
    await wakeQueue(tx, id);
    const failingSince = before.failingSince?.toISOString() ?? null;
    await record({
      action: 'webhook_endpoint.disabled',
      ...factAbout(before),
      after: { reason, failingSince },
    });
    const organization = await tx.organization.findFirst({ where: { id: orgId }, select: { name: true } });
    for (const to of await recipients(tx, orgId, before.createdBy))
      await queueMail(tx, app.secrets, letter(to, app.config.APP_URL, organization?.name ?? '', before, reason));
  });
}
