import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { invalidState } from '../errors.ts';
import { factAbout, getRepository, lockRepository, type RepositoryRow, requireQuiet } from './rows.ts';
import { newDeployKey, newWebhookSecret } from './secrets.ts';
import { untried } from './update.ts';

/** Gives the repository another deploy key. The one before is not used again, so its host must be given the new one. */
export async function regenerateDeployKey(app: App, scope: OrgScope, id: string): Promise<RepositoryRow> {
  await getRepository(scope, id);
  return mutate(app, scope, async ({ tx, record }) => {
    const before = await lockRepository(tx, scope.orgId, id);
    if (before.access !== 'deploy_key')
      throw invalidState('repository', `reached with the access ${before.access}`, ['reached with deploy_key']);
    requireQuiet(before);
    const row = await tx.repository.update({
      where: { id, orgId: scope.orgId },
      data: { ...untried, ...newDeployKey(app, id) },
    });
    await record({
      action: 'repository.deploy_key_regenerated',
      ...factAbout(row),
      before: { publicKey: before.publicKey },
      after: { publicKey: row.publicKey ?? '' },
    });
    return row;
  });
}

/** Gives the repository another secret for its webhook, which is told now and never again. The one before ends at once. */
export async function regenerateWebhookSecret(app: App, scope: OrgScope, id: string): Promise<RepositoryRow> {
  await getRepository(scope, id);
  const { webhookSecret, webhookSecretEnc } = newWebhookSecret(app, id);
  return mutate(app, scope, async ({ tx, record }) => {
    const row = await tx.repository.update({ where: { id, orgId: scope.orgId }, data: { webhookSecretEnc } });
    await record({ action: 'repository.webhook_secret_regenerated', ...factAbout(row) });
    return { ...row, webhookSecret };
  });
}
