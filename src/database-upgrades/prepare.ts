import { getImage, siteOf, sql } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { requireSpace } from './space.ts';
import { removeEarlier, type Wanted } from './twin.ts';

/** What must be so before anything is made: the server answers, the release is a newer one, its image and the space are there. */
export async function prepare(context: StepContext<Wanted>): Promise<string> {
  const site = await siteOf(context);
  const { host, instance } = site;
  const { targetVersion, image } = context.input;
  await host.docker.ping();
  await removeEarlier(context, site);
  const space = await requireSpace(context, site);
  const number = Number(await sql(host, instance, 'postgres', 'SHOW server_version_num;', context.signal));
  // By the tags of the images it is; one without a release in its tag says it only here.
  if (Math.floor(number / 10_000) >= targetVersion)
    throw new StepError(
      'database_upgrade_failed',
      `The instance has PostgreSQL ${Math.floor(number / 10_000)} already; it can be upgraded to a newer release only`,
      'Choose a newer release.',
    );
  await getImage(context, host, image, { pull: false, part: [0, 1] });
  return space;
}
