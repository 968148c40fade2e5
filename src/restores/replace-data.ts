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

/**
 * Puts what was loaded and checked in the place of what serves: Odoo is stopped, databases and filestores are exchanged by
 * their names, and what served before is kept under another name until `keepReplaced`. Safe to repeat.
 */
export async function replaceData(context: Context, site: Site, parts: Parts): Promise<void> {
  const { host, instance } = site;
  if (await findContainer(host, namesOf(instance.id).odoo)) await stopContainer(host, namesOf(instance.id).odoo, 30);
  if (parts.database) await switchDatabase(context, site);
  if (parts.filestore) await switchFilestore(context, site);
  // The pages' style sheets are attachments: those whose files are not there are made again.
  if (parts.database && !parts.filestore) await forgetAssets(context, site);
}

async function forgetAssets({ app, operation, signal }: Context, { host, instance }: Site): Promise<void> {
  await sqlAsOdoo(
    { secrets: app.secrets, host, instance },
    replacementNames(instance, operation.id).serving,
    "DELETE FROM ir_attachment WHERE url LIKE '/web/assets/%' AND res_model = 'ir.ui.view';",
    signal,
  );
}

/** Starts Odoo over the new data and waits until it is healthy. */
export async function startReplaced(context: Context, site: Site): Promise<string> {
  await startContainers(context, site);
  return waitForOdoo(site.host, site.instance, context.signal);
}

/** The new data stays: what served before is removed. From its first line on, nothing goes back any more. */
export async function keepReplaced(context: Context, site: Site, parts: Parts): Promise<void> {
  await context.saveState({ replaced: true });
  await removeLeftovers(context, site, parts);
}

async function removeLeftovers(context: Context, site: Site, parts: Parts): Promise<void> {
  await removeTools(context, site);
  if (parts.database) await dropDatabases(context, site, ['incoming', 'before']);
  if (parts.filestore) await dropFilestores(context, site);
  await removeScratch(context, site.host);
}

/**
 * The clean-up of an operation that replaces data: what served before serves again, and what came is removed. What was
 * healthy once stays.
 */
export async function putBack(context: Context, site: Site, parts: Parts): Promise<void> {
  const { host, instance } = site;
  await removeTools(context, site);
  await ensureDatabaseRuns(host, instance, context.signal);
  if (context.state['replaced'] === true) return removeLeftovers(context, site, parts);
  if (context.state['replacing'] === true) {
    const odoo = namesOf(instance.id).odoo;
    if (await findContainer(host, odoo)) await stopContainer(host, odoo, 30);
    if (parts.database) await switchDatabaseBack(context, site);
    if (parts.filestore) await switchFilestoreBack(context, site);
  }
  await removeLeftovers(context, site, parts);
}
