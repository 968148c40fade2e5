import { recordFact } from '../audit/mutation.ts';
import { codeOf } from '../deployed-code/index.ts';
import { found } from '../errors.ts';
import {
  confPath,
  databaseBounds,
  ensureDatabase,
  ensureOdoo,
  ensureRoleAndDatabase,
  getImage,
  labelsOf,
  namesOf,
  openSecrets,
  removeObjects,
  servingContainer,
  settingsOf,
  startContainer,
  waitForPostgres,
} from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { unless } from '../remote/index.ts';
import { endLoading, loadSnapshot, switchData } from '../restores/index.ts';
import { manifestShape } from '../snapshots/index.ts';
import { waitForLogin } from './answer.ts';
import { runRestoreTestKind } from './kinds.ts';
import { restoreTestResource } from './resource.ts';
import { codeKey, type Twin, twinOf } from './twin.ts';

type Context = StepContext<unknown>;

const partsOf = ({ manifest }: Twin) => ({ database: true, filestore: manifest.filestore });

/** All that the test made: nothing else has its id, or was made by its operation. */
async function removeTwin(context: Context): Promise<void> {
  const twin = await twinOf(context);
  const { host, instance, test } = twin;
  await endLoading(context, twin, test);
  await removeObjects(host, instance.id, () => true);
}

const seconds = (from: Date, to: Date): number => Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));

export const runRestoreTestJob = implementOperation({
  kind: runRestoreTestKind,
  steps: {
    prepare: async (context) => {
      const now = new Date();
      await context.write((tx) =>
        tx.restoreTest.update({
          where: { id: context.operation.resourceId },
          data: { status: 'running', startedAt: now },
        }),
      );
      const twin = await twinOf(context);
      const { host, instance } = twin;
      await host.docker.ping();
      await getImage(context, host, instance.postgresImage, { pull: false, part: [0, 3] });
      await getImage(context, host, instance.image, { pull: false, part: [1, 3] });
      await getImage(context, host, context.app.config.RESTIC_IMAGE, { pull: false, part: [2, 3] });
      const { addons, image } = await codeOf(context, twin, twin.manifest.deploymentId);
      await context.saveState({ [codeKey]: { addons, builtImage: image } });
      await unless(
        409,
        host.docker.createNetwork({
          Name: namesOf(instance.id).network,
          Driver: 'bridge',
          Internal: true,
          Labels: labelsOf(instance, 'network', context.operation.id),
        }),
      );
      await context.saveState({ began: new Date().toISOString() });
      return instance.image;
    },
    database: async (context) => {
      const { host, instance, sizing } = await twinOf(context);
      const { postgresPassword, odooPassword } = await openSecrets(context.app.secrets, instance);
      const bounds = databaseBounds(settingsOf(instance), sizing);
      await ensureDatabase(host, instance, postgresPassword, bounds, context.operation.id);
      await waitForPostgres(host, instance, context.signal);
      await ensureRoleAndDatabase(host, instance, odooPassword, context.signal);
    },
    restore: async (context) => {
      const twin = await twinOf(context);
      const { backupId } = context.input;
      const where = { id: backupId, orgId: context.operation.orgId };
      const backup = found(await context.app.db.prisma.backup.findFirst({ where }), 'backup', backupId);
      const result = await loadSnapshot(context, twin, backup, partsOf(twin));
      await switchData(context, twin, partsOf(twin));
      return `${result}: ${Object.keys(twin.manifest.rows).length} tables have the rows of the manifest`;
    },
    start: async (context) => {
      const twin = await twinOf(context);
      const { host, instance } = twin;
      const id = await ensureOdoo(host, instance, {
        ...(await servingContainer(context, twin, settingsOf(instance), null)),
        command: ['odoo', '-c', confPath, '--workers=0', '--max-cron-threads=0'],
      });
      await startContainer(host, id);
    },
    answer: async (context) => {
      await waitForLogin(context, await twinOf(context));
      const answered = new Date();
      await context.saveState({ answered: answered.toISOString() });
      const began = new Date(String(context.state['began']));
      return `The login page answers after ${seconds(began, answered)} s`;
    },
    remove: async (context) => {
      await removeTwin(context);
    },
  },
  cleanup: (context) => removeTwin(context),
  settle: async (tx, { operation, scope, input, state }, outcome, error) => {
    const { backupId } = input;
    const before = found(
      await tx.restoreTest.findUnique({ where: { id: operation.resourceId } }),
      'restore test',
      operation.resourceId,
    );
    const backup = await tx.backup.findFirst({ where: { id: backupId, orgId: operation.orgId } });
    const began = new Date(String(state['began'] ?? ''));
    const answered = new Date(String(state['answered'] ?? ''));
    const measured = {
      rtoSeconds: seconds(began, answered),
      // What was written after its dump began is not in it.
      rpoSeconds: seconds(backup?.startedAt ?? backup?.createdAt ?? began, before.startedAt ?? began),
    };
    const ended = { secretsEnc: null, completedAt: new Date() };
    const about = {
      resource: restoreTestResource,
      resourceId: before.id,
      resourceName: before.instanceName,
      projectId: before.projectId,
    };
    if (outcome === 'succeeded') {
      const tablesChecked = backup ? tablesOf(backup.manifest) : null;
      const data = { status: 'completed' as const, statusMessage: null, tablesChecked, ...measured, ...ended };
      await tx.restoreTest.update({ where: { id: before.id }, data });
      await recordFact(tx, scope, { ...about, action: 'restore_test.completed', after: { backupId, ...measured } });
      return;
    }
    const data = { status: outcome, statusMessage: error?.message ?? null, ...ended };
    await tx.restoreTest.update({ where: { id: before.id }, data });
    if (outcome === 'failed')
      await recordFact(tx, scope, {
        ...about,
        action: 'restore_test.failed',
        after: { backupId, reason: error?.code ?? null },
      });
    else await recordFact(tx, scope, { ...about, action: 'restore_test.cancelled', after: { backupId } });
  },
});

function tablesOf(manifest: unknown): number | null {
  const known = manifestShape.safeParse(manifest);
  return known.success ? Object.keys(known.data.rows).length : null;
}
