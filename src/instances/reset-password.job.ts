import { recordFact } from '../audit/mutation.ts';
import { implementOperation } from '../operations/registry.ts';
import { siteOf } from './context.ts';
import { waitForPostgres } from './database.ts';
import { resetAdminPasswordKind } from './kinds.ts';
import { setPassword } from './odoo-data.ts';
import { instanceResource } from './resource.ts';
import { newAdminPassword, sealAdminPassword } from './sealed.ts';

export const resetAdminPasswordJob = implementOperation({
  kind: resetAdminPasswordKind,
  steps: {
    // Each attempt sets a password of its own, so that none is ever kept in the operation.
    reset: async (context) => {
      const { instance, host } = await siteOf(context);
      const { app, signal } = context;
      const where = { id: instance.id };
      await waitForPostgres(host, instance, signal);
      // From here on the old one may be wrong.
      await context.write((tx) => tx.instance.update({ where, data: { adminPasswordEnc: null } }));
      const password = newAdminPassword();
      const adminEmail = await setPassword(host, instance, password, signal);
      const adminPasswordEnc = sealAdminPassword(app.secrets, instance.id, password);
      await context.write((tx) => tx.instance.update({ where, data: { adminEmail, adminPasswordEnc } }));
      return `The password of ${adminEmail} can be read once`;
    },
  },
  settle: async (tx, { operation, scope }, outcome, error) => {
    const where = { id: operation.resourceId };
    const instance = await tx.instance.findUnique({ where, select: { id: true, name: true, projectId: true } });
    if (!instance) return;
    await recordFact(tx, scope, {
      action: outcome === 'succeeded' ? 'instance.admin_password_reset' : 'instance.admin_password_reset_failed',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { reason: error?.code ?? null },
    });
  },
});
