import { settlePreBackup, takePreBackup } from '../backups/index.ts';
import { addonsFor, addonsVolume, buildImage, fillVolume, findAddons, packagesOf } from '../deployed-code/index.ts';
import { siteOf } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import { stopOdoo } from '../restores/index.ts';
import { fetchFirst } from './begun.ts';
import { cleanUp } from './clean-up.ts';
import { deploymentOf, updateDeployment } from './context.ts';
import { detect } from './detect.ts';
import { markDown } from './downtime.ts';
import { becomeHealthy, finish } from './finish.ts';
import { deployInstanceKind } from './kinds.ts';
import { planOf } from './rows.ts';
import { settleDeployment } from './settle.ts';
import { newSiteOf, partsOf } from './site.ts';
import { fetchSources } from './sources.ts';
import { switchOver } from './switch.ts';
import { tryBeside } from './trial.ts';
import { requireRoom, updateModules } from './update.ts';

const unchanged = 'Not needed: the database does not change';

/** What serves is stopped as late as possible, and is not removed before the new version is healthy. */
export const deployJob = implementOperation({
  kind: deployInstanceKind,
  steps: {
    fetch: fetchFirst,
    detect,
    build: async (context) => {
      const packages = await packagesOf(await findAddons(await fetchSources(context)));
      const image = await buildImage(context, await siteOf(context), packages);
      if (image === null) return 'Not needed: no repository asks for packages';
      await updateDeployment(context, { image });
      return image;
    },
    transfer: async (context) => {
      const site = await siteOf(context);
      const { id } = await deploymentOf(context);
      const given = await findAddons(await fetchSources(context));
      const addons = addonsFor(site.instance.id, id, given);
      if (addons === null) return 'The repositories have no modules';
      const message = await fillVolume(context, site, given, addonsVolume(site.instance.id, id));
      await updateDeployment(context, { addons });
      return message;
    },
    snapshot: async (context) => {
      const site = await siteOf(context);
      const deployment = await deploymentOf(context);
      const { database } = partsOf(deployment);
      if (database) await requireRoom(context, site);
      if (!(deployment.snapshot ?? database)) return unchanged;
      await updateDeployment(context, { status: 'deploying' });
      const { id } = await takePreBackup(context, site, 'pre_deploy');
      await updateDeployment(context, { snapshotId: id });
      return `The backup ${id} has the data from before`;
    },
    trial: async (context) => {
      const site = await newSiteOf(context);
      await updateDeployment(context, { status: 'deploying' });
      if (partsOf(site.deployment).database) return 'Not possible: the database changes';
      return context.input.from === 'running' ? tryBeside(context, site) : 'Not needed: Odoo does not run';
    },
    update: async (context) => {
      const site = await newSiteOf(context);
      const plan = planOf(site.deployment);
      if (!plan?.database) return unchanged;
      await markDown(context, site);
      await stopOdoo(site);
      return updateModules(context, site, plan);
    },
    switch: async (context) => {
      const site = await newSiteOf(context);
      return switchOver(context, site, partsOf(site.deployment));
    },
    health: async (context) => becomeHealthy(context, await newSiteOf(context)),
    finish: async (context) => {
      const site = await newSiteOf(context);
      return finish(context, site, partsOf(site.deployment));
    },
  },
  cleanup: async (context) => cleanUp(context, partsOf(await deploymentOf(context))),
  settle: async (tx, context, outcome, error) => {
    await settlePreBackup(tx, context, outcome, error);
    await settleDeployment(tx, context, outcome, error);
  },
});
