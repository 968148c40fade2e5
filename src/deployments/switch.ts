import {
  findContainer,
  namesOf,
  operationLabel,
  removeContainer,
  removeUnusedImageVolumes,
  settingsOf,
  type Site,
  startServing,
  stopContainer,
} from '../instances/index.ts';
import { type Parts, switchData } from '../restores/index.ts';
import type { Context } from './context.ts';
import { markDown } from './downtime.ts';

const oldKey = 'oldContainer';
const portsKey = 'ports';

/** The container that served before this operation, by the id that its first attempt wrote down; null where there was none. */
async function oldContainer({ state, saveState }: Context, { host, instance }: Site): Promise<string | null> {
  const known = state[oldKey];
  if (typeof known === 'string') return known === '' ? null : known;
  const found = await findContainer(host, namesOf(instance.id).odoo);
  await saveState({ [oldKey]: found?.Id ?? '' });
  return found?.Id ?? null;
}

/** The ports of the new container. */
export function portsIn({ state }: Pick<Context, 'state'>): { http: number; longpolling: number | null } | null {
  const ports = state[portsKey];
  if (!Array.isArray(ports) || typeof ports[0] !== 'number') return null;
  return { http: ports[0], longpolling: typeof ports[1] === 'number' ? ports[1] : null };
}

/** Sets the old container aside, exchanges the data and starts the new one. The way back stays until `removeOld`. */
export async function switchOver(context: Context, site: Site, parts: Parts): Promise<string> {
  const { host, instance } = site;
  const names = namesOf(instance.id);
  const old = await oldContainer(context, site);
  await markDown(context, site);
  const aside = await findContainer(host, names.previous);
  if (old !== null && aside?.Id !== old) {
    // What an earlier operation could not clean up.
    if (aside) await removeContainer(host, aside.Id);
    await stopContainer(host, old, 30);
    await host.docker.renameContainer(old, names.previous);
  }
  if (parts.database || parts.filestore) await switchData(context, site, parts);
  const { http, longpolling } = await startServing(context, site, settingsOf(instance), 'http');
  await context.saveState({ [portsKey]: [http, longpolling] });
  return `Port ${http}`;
}

/** Brings the old container back into its place; it is started with its data. */
export async function switchBack(context: Context, site: Site): Promise<void> {
  const { host, instance } = site;
  const names = namesOf(instance.id);
  const old = context.state[oldKey];
  if (typeof old !== 'string') return;
  const serving = await findContainer(host, names.odoo);
  if (serving?.Config?.Labels[operationLabel] === context.operation.id && serving.Id !== old)
    await removeContainer(host, serving.Id);
  if (old !== '' && (await findContainer(host, names.previous))?.Id === old)
    await host.docker.renameContainer(old, names.odoo);
  await removeUnusedImageVolumes(host, instance.id);
}

export async function removeOld(context: Context, site: Site): Promise<void> {
  const old = context.state[oldKey];
  if (typeof old === 'string' && old !== '') await removeContainer(site.host, old);
  await removeUnusedImageVolumes(site.host, site.instance.id);
}
