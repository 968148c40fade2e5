import type { Deployment } from '../../prisma/generated/client/client.ts';
import { type Site, siteOf } from '../instances/index.ts';
import type { Parts } from '../restores/index.ts';
import { type Context, deploymentOf } from './context.ts';
import { planOf } from './rows.ts';

/** The instance as it is with the code of the deployment. */
export async function newSiteOf(context: Context): Promise<Site & { deployment: Deployment }> {
  const site = await siteOf(context);
  const deployment = await deploymentOf(context);
  const { addons, image: builtImage } = deployment;
  return { ...site, deployment, instance: { ...site.instance, addons, builtImage } };
}

/** The data that is exchanged: an update works on copies of both, as Odoo writes files, too. */
export function partsOf(deployment: Pick<Deployment, 'plan'>): Parts {
  const database = planOf(deployment)?.database === true;
  return { database, filestore: database };
}
