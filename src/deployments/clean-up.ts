import { abandonPreBackup } from '../backups/index.ts';
import { addonsVolume, closeVolume, endBuild } from '../deployed-code/index.ts';
import { siteOf } from '../instances/index.ts';
import { unless } from '../remote/index.ts';
import { type Parts, putBack } from '../restores/index.ts';
import type { Context } from './context.ts';
import { isTouched, markUp } from './downtime.ts';
import { switchBack } from './switch.ts';
import { endTrial } from './trial.ts';

/**
 * After a failure or a cancel: the code and the data from before serve, and nothing of the deployment stays. Once the new
 * version was healthy it is what serves, and stays.
 */
export async function cleanUp(context: Context, parts: Parts): Promise<void> {
  const { input, state } = context;
  const site = await siteOf(context);
  const { host, instance } = site;
  await abandonPreBackup(context, site);
  await endBuild(site);
  await closeVolume(site);
  await endTrial(context, site);
  if (state['replaced'] === true) return;
  if (isTouched(context)) {
    await switchBack(context, site);
    await putBack(context, site, parts, input.from);
    await markUp(context);
  }
  await unless(404, host.docker.removeVolume(addonsVolume(instance.id, input.deploymentId)));
}
