import { recordFact } from '../audit/mutation.ts';
import { allowReplication, forgetReplication } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import { unless } from '../remote/index.ts';
import { prepareSnapshot } from '../snapshots/index.ts';
import { disableArchivingKind, enableArchivingKind } from './kinds.ts';
import { receiver } from './names.ts';
import { removeReceiver, startReceiver } from './receiver.ts';
import { archiveResource } from './resource.ts';
import { archiveSiteOf, changeArchive, openPassword } from './rows.ts';
import { forgetQuietly, mark } from './ship.ts';

export const enableArchivingJob = implementOperation({
  kind: enableArchivingKind,
  steps: {
    prepare: async (context) => {
      const { site, archive, repository } = await archiveSiteOf(context, context.input.archiveId);
      await prepareSnapshot(context, site, repository);
      // What a former receiver has is either archived or lost: the next base backup begins after it.
      await removeReceiver(site.host, archive);
      await forgetReplication(site, receiver, context.signal);
      await context.write((tx) => changeArchive(tx, archive, { madeBy: context.operation.id }));
      const where = { id: site.instance.serverId, orgId: archive.orgId };
      const server = await context.app.db.prisma.server.findFirst({ where, select: { diskTotalBytes: true } });
      const password = await openPassword(context.app, archive);
      const role = { name: receiver, password, diskTotalBytes: server?.diskTotalBytes ?? null };
      await allowReplication(site, role, context.signal);
    },
    receive: async (context) => {
      const place = await archiveSiteOf(context, context.input.archiveId);
      const { site, archive } = place;
      await startReceiver(site, archive, await openPassword(context.app, archive), context.operation.id);
      await mark(context, place);
      return 'Every change is received; the first base backup follows';
    },
  },
  cleanup: async (context) => {
    const { site, archive } = await archiveSiteOf(context, context.input.archiveId);
    await removeReceiver(site.host, archive);
    await forgetReplication(site, receiver, context.signal);
  },
  settle: async (tx, { operation, scope, input }, outcome, error) => {
    const done = outcome === 'succeeded';
    const archive = await tx.walArchive.findFirst({ where: { id: input.archiveId, orgId: operation.orgId } });
    if (!archive) return;
    const status = done ? 'active' : 'failed';
    const now = new Date();
    await changeArchive(tx, archive, { status, statusMessage: error?.message ?? null, baseAt: now, nextAt: now });
    await recordFact(tx, scope, {
      action: done ? 'point_in_time.active' : 'point_in_time.failed',
      resource: archiveResource,
      resourceId: archive.id,
      projectId: archive.projectId,
      after: { instanceId: archive.instanceId, status, reason: error?.code ?? null },
    });
  },
});

export const disableArchivingJob = implementOperation({
  kind: disableArchivingKind,
  steps: {
    stop: async (context) => {
      const { site, archive } = await archiveSiteOf(context, context.input.archiveId);
      await removeReceiver(site.host, archive);
      await forgetReplication(site, receiver, context.signal);
      return 'PostgreSQL keeps no changes for it any more';
    },
    forget: async (context) => {
      const place = await archiveSiteOf(context, context.input.archiveId);
      const where = { archiveId: place.archive.id, orgId: place.archive.orgId };
      const bases = await context.app.db.prisma.baseBackup.findMany({ where });
      const ids = bases.flatMap(({ snapshotId, walSnapshotId }) => [snapshotId, walSnapshotId]);
      const removed = await forgetQuietly(context, place, ids, { prune: true });
      for (const { Name } of await place.site.host.docker.listVolumes([
        `sh.ocore.instance=${place.site.instance.id}`,
        'sh.ocore.part=wal',
      ]))
        await unless(404, place.site.host.docker.removeVolume(Name));
      return removed ? 'What was archived is removed' : 'The destination still has what was archived: it was in use';
    },
  },
  settle: async (tx, { operation, scope, input }, outcome, error) => {
    const done = outcome === 'succeeded';
    const archive = await tx.walArchive.findFirst({ where: { id: input.archiveId, orgId: operation.orgId } });
    if (!archive) return;
    const status = done ? 'off' : 'failed';
    if (done) await tx.walArchive.deleteMany({ where: { id: archive.id, orgId: archive.orgId } });
    else await changeArchive(tx, archive, { status: 'failed', statusMessage: error?.message ?? null });
    await recordFact(tx, scope, {
      action: done ? 'point_in_time.disabled' : 'point_in_time.failed',
      resource: archiveResource,
      resourceId: archive.id,
      projectId: archive.projectId,
      after: { instanceId: archive.instanceId, status, reason: error?.code ?? null },
    });
  },
});
