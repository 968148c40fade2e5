import {
  ensureDatabaseRuns,
  findContainer,
  namesOf,
  removeScratch,
  removeTools,
  type Site,
  sqlAsOdoo,
  startContainers,
  stopContainer,
  waitForOdoo,
} from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { dropDatabases, switchDatabase, switchDatabaseBack } from './databases.ts';
import { dropFilestores, switchFilestore, switchFilestoreBack } from './filestores.ts';
import { replacementNames } from './names.ts';

/** Which of an instance's data is replaced. */
export interface Parts {
  database: boolean;
  filestore: boolean;
}

type Context = StepContext<unknown>;

/** How the instance was before: it is so again afterwards. */
export type Rest = 'running' | 'stopped' | 'failed' | undefined;

/**
 * Puts what was loaded and checked in the place of what serves, and starts Odoo: databases and filestores are exchanged by
 * their names, and what served before is kept under another name until `keepReplaced`. Safe to repeat.
 */
export async function replaceData(context: Context, site: Site, parts: Parts): Promise<void> {
  await switchData(context, site, parts);
  await startContainers(context, site);
}

/** The same without starting Odoo. */
export async function switchData(context: Context, site: Site, parts: Parts): Promise<void> {
  await context.saveState({ replacing: true });
  await stopOdoo(site);
  if (parts.database) await switchDatabase(context, site);
  if (parts.filestore) await switchFilestore(context, site);
  // The pages' style sheets are attachments: those whose files are not there are made again.
  if (parts.database && !parts.filestore) await forgetAssets(context, site);
}

/** Odoo ends what it is doing; nothing is said of one that is not there. */
export async function stopOdoo({ host, instance }: Pick<Site, 'host' | 'instance'>): Promise<void> {
  const { odoo } = namesOf(instance.id);
  if (await findContainer(host, odoo)) await stopContainer(host, odoo, 30);
}

async function forgetAssets({ app, operation, signal }: Context, { host, instance }: Site): Promise<void> {
  await sqlAsOdoo(
    { secrets: app.secrets, host, instance },
    replacementNames(instance, operation.id).serving,
    "DELETE FROM ir_attachment WHERE url LIKE '/web/assets/%' AND res_model = 'ir.ui.view';",
    signal,
  );
}

/** The new data stays: what served before is removed. From its first line on, nothing goes back any more. */
export async function keepReplaced(context: Context, site: Site, parts: Parts, rest: Rest): Promise<void> {
  await context.saveState({ replaced: true });
  await removeLeftovers(context, site, parts);
  if (rest === 'stopped') await stopAll(site);
}

async function stopAll(site: Site): Promise<void> {
  await stopOdoo(site);
  await stopContainer(site.host, namesOf(site.instance.id).pooler, 5);
  await stopContainer(site.host, namesOf(site.instance.id).database, 60);
}

/** Removes what is no longer needed of both, and what the operation has besides. */
export async function removeLeftovers(context: Context, site: Site, parts: Parts): Promise<void> {
  await removeTools(context, site);
  await ensureDatabaseRuns(site.host, site.instance, context.signal);
  if (parts.database) await dropDatabases(context, site, ['incoming', 'before']);
  if (parts.filestore) await dropFilestores(context, site);
  await removeScratch(context, site.host);
}

/**
 * The clean-up of an operation that replaces data: what served before serves again, and what came is removed. What was
 * healthy once stays.
 */
export async function putBack(context: Context, site: Site, parts: Parts, rest: Rest): Promise<void> {
  const kept = context.state['replaced'] === true;
  await removeTools(context, site);
  if (context.state['replacing'] === true && !kept) {
    await ensureDatabaseRuns(site.host, site.instance, context.signal);
    await stopOdoo(site);
    if (parts.database) await switchDatabaseBack(context, site);
    if (parts.filestore) await switchFilestoreBack(context, site);
  }
  // Where it ended before anything was there, there is nothing to take away.
  if (await findContainer(site.host, namesOf(site.instance.id).database)) await removeLeftovers(context, site, parts);
  if (rest === 'running') {
    await startContainers(context, site);
    await waitForOdoo(site.host, site.instance, context.signal);
  }
  if (rest === 'stopped') await stopAll(site);
  await context.saveState({ putBack: true });
  context.log('info', kept ? 'The new data serves' : 'The data from before serves, as it did');
}
