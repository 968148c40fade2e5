import { filestoreOf } from '../backups/index.ts';
import { recordFact } from '../audit/mutation.ts';
import { getImage, instanceResource, removeTools, type Site, siteOf } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { endRestic, findFiles, openRepository, requireReach, restoreFiles } from '../snapshots/index.ts';
import { dropFilestores } from './filestores.ts';
import { restoreFilesKind } from './kinds.ts';
import { backupOf, filesBegunKey, filestorePlace, requireSpace } from './load-snapshot.ts';
import { checkFiles, putFilesBack, putFilesIn } from './single-files.ts';

interface Input {
  backupId: string;
  paths: readonly string[];
}

const runs = { find: 'find-files', load: 'restore-files' } as const;
/** More of them are not told. */
const told = 5;

/** The repository with the snapshot of the backup, and where the filestore is in it. */
async function sourceOf(context: StepContext<Input>, { host, instance }: Site) {
  const { app, input } = context;
  const backup = await backupOf(context, input.backupId);
  const repository = await openRepository(app, backup.repositoryId);
  requireReach(repository, instance.serverId);
  await getImage(context, host, app.config.RESTIC_IMAGE, { pull: false, part: [0, 1] });
  return { repository, ...filestoreOf(backup) };
}

async function find(context: StepContext<Input>): Promise<string> {
  const { paths } = context.input;
  const site = await siteOf(context);
  const { repository, snapshotId, root } = await sourceOf(context, site);
  const wanted = paths.map((path) => `${root}/${path}`);
  const found = await findFiles(context, site.host, repository, snapshotId, { what: runs.find, paths: wanted });
  const missing = paths.filter((path) => found.get(`${root}/${path}`)?.type !== 'file');
  if (missing.length > 0)
    throw new StepError(
      'file_missing',
      `The backup has no file ${missing.slice(0, told).join(', ')}${missing.length > told ? ` and ${missing.length - told} others` : ''}`,
      'The list of the files of the backup has the paths: GET /api/backups/{id}/files.',
    );
  const bytes = [...found.values()].reduce((sum, { size }) => sum + (size ?? 0), 0);
  await requireSpace(context, site, bytes);
  return `${paths.length} files, ${(bytes / 1e6).toFixed(1)} MB`;
}

async function load(context: StepContext<Input>): Promise<string> {
  const { paths } = context.input;
  const site = await siteOf(context);
  const { repository, snapshotId, root } = await sourceOf(context, site);
  const { volume, path } = await filestorePlace(context, site);
  await restoreFiles(context, site.host, repository, snapshotId, {
    path: root,
    volume,
    folder: path,
    what: runs.load,
    only: paths,
    onProgress: ({ percent_done }) => context.progress(100 * percent_done),
  });
  await checkFiles(context, site, paths.length);
  return 'They are the ones of the snapshot';
}

/** Single files of a backup, into the filestore of an instance that runs: Odoo names its files by their content. */
export const restoreFilesJob = implementOperation({
  kind: restoreFilesKind,
  steps: {
    find,
    load,
    replace: async (context) => {
      const site = await siteOf(context);
      await context.saveState({ replacing: true });
      await putFilesIn(context, site);
      return undefined;
    },
    finish: async (context) => {
      const site = await siteOf(context);
      await context.saveState({ replaced: true });
      await dropFilestores(context, site);
      return undefined;
    },
  },
  cleanup: async (context) => {
    const site = await siteOf(context);
    const backup = await backupOf(context, context.input.backupId);
    for (const what of Object.values(runs)) await endRestic(context, site.host, backup, what);
    await removeTools(context, site);
    const kept = context.state['replaced'] === true;
    if (context.state['replacing'] === true && !kept) await putFilesBack(context, site);
    if (context.state[filesBegunKey] === true) await dropFilestores(context, site);
    context.log('info', kept ? 'The files of the backup are in the filestore' : 'The filestore has what it had before');
  },
  settle: async (tx, { operation, scope, input }, outcome, error) => {
    const where = { id: operation.resourceId };
    const instance = await tx.instance.findUnique({ where, select: { id: true, name: true, projectId: true } });
    if (!instance) return;
    await recordFact(tx, scope, {
      action: outcome === 'succeeded' ? 'restore.files_completed' : 'restore.files_failed',
      resource: instanceResource,
      resourceId: instance.id,
      resourceName: instance.name,
      projectId: instance.projectId,
      after: { backupId: input.backupId, files: input.paths.length, reason: error?.code ?? null },
    });
  },
});
