import { type Addons, addonsOf, instanceLabel, type Site } from '../instances/index.ts';
import type { Deployment } from '../../prisma/generated/client/client.ts';
import { ifFound } from '../remote/index.ts';
import { addonsFor, addonsVolume, fillVolume } from './addons-volume.ts';
import { fetchCommits } from './commits.ts';
import type { Context } from './context.ts';
import { buildImage } from './image.ts';
import { findAddons } from './modules.ts';
import { packagesOf } from './packages.ts';
import { sourcesShape } from './shapes.ts';

/** What an instance runs besides its own image. */
export interface Code {
  addons: Addons | null;
  /** The image that was built; null where its own is enough. */
  image: string | null;
}

async function isThere({ host, instance }: Site, { addons, image }: Code): Promise<boolean> {
  const volumes = await host.docker.listVolumes([`${instanceLabel}=${instance.id}`]);
  return (
    (addons === null || volumes.some(({ Name }) => Name === addons.volume)) &&
    (image === null || (await ifFound(host.docker.inspectImage(image))) !== undefined)
  );
}

/**
 * Makes the code of a deployment ready for an instance: what the instance has on its server already, or else, from Git, in a
 * volume that is named by `name`.
 */
export async function bringCode(
  context: Context,
  site: Site,
  deployment: Pick<Deployment, 'sources' | 'addons' | 'image'>,
  name: string,
): Promise<Code> {
  const known: Code = { addons: addonsOf(deployment), image: deployment.image };
  if (await isThere(site, known)) return known;
  const given = await findAddons(await fetchCommits(context, sourcesShape.parse(deployment.sources)));
  const image = await buildImage(context, site, await packagesOf(given));
  const addons = addonsFor(site.instance.id, name, given);
  if (addons !== null) await fillVolume(context, site, given, addonsVolume(site.instance.id, name));
  return { addons, image };
}
