import type { WalArchive } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { found } from '../errors.ts';
import { notify } from '../events/hub.ts';
import { type Site, siteAt } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { openRepository, type Repository } from '../snapshots/index.ts';
import { passwordOwner } from './names.ts';
import { archiveResource } from './resource.ts';

export interface ArchiveSite {
  site: Site;
  archive: WalArchive;
  repository: Repository;
}

type Context = Pick<StepContext<unknown>, 'app' | 'operation' | 'connect'>;

/** An archive with this attempt's way to the server of its instance, and to what holds it. */
export async function archiveSiteOf(context: Context, archiveId: string): Promise<ArchiveSite> {
  const { app, operation } = context;
  const where = { id: archiveId, orgId: operation.orgId };
  const archive = found(await app.db.prisma.walArchive.findFirst({ where }), 'wal_archive', archiveId);
  const site = await siteAt(context, archive.instanceId);
  return { site, archive, repository: await openRepository(app, archive.repositoryId) };
}

export const openPassword = (app: App, { id, passwordEnc }: Pick<WalArchive, 'id' | 'passwordEnc'>): Promise<string> =>
  app.secrets.open(passwordEnc, passwordOwner(id));

type Data = Partial<
  Pick<
    WalArchive,
    'status' | 'statusMessage' | 'madeBy' | 'baseAt' | 'nextAt' | 'newestAt' | 'newestLsn' | 'lagBytes' | 'checkedAt'
  >
>;

/** Changes the row in the transaction of a worker, and tells those who watch it. */
export async function changeArchive(
  tx: Tx,
  { id, orgId }: Pick<WalArchive, 'id' | 'orgId'>,
  data: Data,
): Promise<void> {
  await tx.walArchive.updateMany({ where: { id, orgId }, data });
  await notify(tx, archiveResource.topics(orgId, id));
}
