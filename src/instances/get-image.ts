import type { StepContext } from '../operations/kind.ts';
import { ifFound, parseImageReference, pullImage, type RemoteHost } from '../remote/index.ts';
import { pullCredentials } from '../registries/index.ts';
import type { Site } from './context.ts';

type Context = Pick<StepContext<unknown>, 'app' | 'operation' | 'signal' | 'log' | 'progress'>;

/** The digest of an image in the registry that it came from; null for one that was made on the server. */
function digestOf(image: string, digests: readonly string[] | null | undefined): string | null {
  const name = parseImageReference(image)?.name;
  const known = digests?.map((text) => text.split('@')).find(([repository]) => repository === name);
  return known?.[1] ?? null;
}

/**
 * Pulls an image that is not on the server, or, with `pull`, in any case: a tag may mean another image by now. `part`: which
 * of how many images of the step it is. Gives the digest.
 */
export async function getImage(
  context: Context,
  host: RemoteHost,
  image: string,
  { pull, part: [index, count] }: { pull: boolean; part: readonly [number, number] },
): Promise<string | null> {
  const { app, operation, signal } = context;
  const look = () => ifFound(host.docker.inspectImage(image));
  const known = await look();
  if (known && !pull) {
    const digest = digestOf(image, known.RepoDigests);
    context.log('info', `${image} is on the server already${digest === null ? '' : `: ${digest}`}`);
    return digest;
  }
  const credentials = await pullCredentials(app, operation.orgId, image);
  context.log('info', `Pulling ${image}${credentials ? ` as ${credentials.username}` : ''}`);
  await pullImage(host.docker, image, {
    signal,
    credentials,
    onProgress: ({ percent, status, currentBytes, totalBytes }) =>
      context.progress(
        (100 * index + percent) / count,
        `${image}: ${status} ${Math.round(currentBytes / 1e6)} of ${Math.round(totalBytes / 1e6)} MB`,
      ),
  });
  const digest = digestOf(image, (await look())?.RepoDigests);
  if (digest !== null) context.log('info', `${image} is ${digest}`);
  return digest;
}

/** The step of both images of an instance, PostgreSQL's and Odoo's: gets them, keeps the digest of Odoo's, and says which they are. */
export async function getImages(
  context: Context & Pick<StepContext<unknown>, 'write'>,
  { instance, host }: Pick<Site, 'instance' | 'host'>,
  pull: boolean,
): Promise<string> {
  await getImage(context, host, instance.postgresImage, { pull, part: [0, 2] });
  const imageDigest = await getImage(context, host, instance.image, { pull, part: [1, 2] });
  await context.write((tx) => tx.instance.update({ where: { id: instance.id }, data: { imageDigest } }));
  return `${instance.postgresImage} and ${instance.image}`;
}
