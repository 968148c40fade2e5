import type { StepContext } from '../operations/kind.ts';
import { putFile } from '../remote/index.ts';
import { addonsPathOf, confPath } from './addons-path.ts';
import { findContainer, startContainer, stopContainer } from './containers.ts';
import { servingContainer, settingsOf, type Site } from './context.ts';
import { waitForOdoo } from './health.ts';
import { namesOf } from './names.ts';
import { endTrust } from './odoo-trust.ts';
import { ensurePooler } from './pooler.ts';

/**
 * Gives Odoo's container the `odoo.conf` of the instance as it is now, and restarts Odoo with it: for what needs no other
 * container. One that is gone gets it when it is made again.
 */
export async function applyConf(context: StepContext<unknown>, site: Site): Promise<string> {
  const { host, instance } = site;
  const known = await findContainer(host, namesOf(instance.id).odoo);
  if (!known) return 'Odoo is not there; its next start uses it';
  const { conf } = await servingContainer(context, site, settingsOf(instance), null);
  const content = conf(await addonsPathOf(host, instance, known.Id));
  await putFile(host.docker, known.Id, { path: confPath, content, mode: 0o644, uid: 0, gid: 0 });
  await stopContainer(host, known.Id, 30);
  await ensurePooler(context, site);
  await endTrust(context, site);
  await startContainer(host, known.Id);
  return waitForOdoo(host, instance, context.signal);
}
