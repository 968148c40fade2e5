import { recordFact } from '../audit/mutation.ts';
import {
  addressOf,
  findContainer,
  instanceResource,
  namesOf,
  openSecrets,
  sealOdooPassword,
  setOdooPassword,
  signInAsOdoo,
  siteOf,
  trustedOf,
  trustOdoo,
  waitForOdoo,
  waitForPostgres,
} from '../instances/index.ts';
import { StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { rotateDatabasePasswordKind } from './kinds.ts';

/**
 * Odoo reads its password when it starts, and opens connections at any time. So PostgreSQL first lets the very process that
 * runs in without one; then the password changes, and nobody else gets in with the old one. Odoo's next start reads the new
 * one, and the exception ends.
 */
export const rotateDatabasePasswordJob = implementOperation({
  kind: rotateDatabasePasswordKind,
  steps: {
    // Each attempt makes a password of its own, so that none is ever kept in the operation.
    rotate: async (context) => {
      const site = await siteOf(context);
      const { instance, host } = site;
      const { app, signal } = context;
      const where = { id: instance.id };
      await waitForPostgres(host, instance, signal);
      const odoo = await findContainer(host, namesOf(instance.id).odoo);
      const address = odoo && addressOf(odoo, instance.id);
      if (!odoo?.State.Running || !address)
        throw new StepError('container_missing', 'The Odoo container does not run', 'Start the instance first.');
      await context.write((tx) => tx.instance.update({ where, data: { databaseTrust: { ...trustedOf(odoo) } } }));
      // PgBouncer learns the new password after PostgreSQL: until then it needs none either.
      const known = await findContainer(host, namesOf(instance.id).pooler);
      const pooler = known && addressOf(known, instance.id);
      await trustOdoo(app, site, { odoo: address, ...(pooler ? { pooler } : {}) }, signal);
      const secretsEnc = await sealOdooPassword(app.secrets, instance);
      await context.write((tx) => tx.instance.update({ where, data: { secretsEnc } }));
      await setOdooPassword(context, { ...site, instance: { ...instance, secretsEnc } }, odoo.Id);
      if (pooler) await trustOdoo(app, site, { odoo: address }, signal);
      return 'The old password is refused';
    },
    check: async (context) => {
      const { instance, host } = await siteOf(context);
      const { odooPassword } = await openSecrets(context.app.secrets, instance);
      await signInAsOdoo(host, instance, odooPassword, context.signal);
      return waitForOdoo(host, instance, context.signal);
    },
  },
  // Whatever was reached: PostgreSQL, the row and Odoo's configuration agree on one password.
  cleanup: async (context) => {
    const site = await siteOf(context);
    if (site.instance.databaseTrust === null) return;
    const odoo = await findContainer(site.host, namesOf(site.instance.id).odoo);
    await setOdooPassword(context, site, odoo?.Id);
  },
  settle: async (tx, { operation, scope }, outcome, error) => {
    const where = { id: operation.resourceId };
    const instance = await tx.instance.findUnique({ where, select: { id: true, name: true, projectId: true } });
    if (!instance) return;
    await recordFact(tx, scope, {
      action: outcome === 'succeeded' ? 'database.password_rotated' : 'database.password_rotation_failed',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { reason: error?.code ?? null },
    });
  },
});
