import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { AppError } from '../errors.ts';
import {
  type Addons,
  addonsPart,
  addonsTarget,
  ensureCreated,
  findContainer,
  labelsOf,
  logConfig,
  namesOf,
  removeContainer,
  removeUnusedImageVolumes,
  type Site,
  toolBounds,
} from '../instances/index.ts';
import type { Context } from './context.ts';
import type { Addons as Given, Found } from './modules.ts';

/** Of one archive that is sent: it is in memory for as long. */
const mostBytes = 4 * 1024 ** 2;
const largestFile = 256 * 1024 ** 2;

export const addonsVolume = (instanceId: string, deploymentId: string): string =>
  `ocore-${instanceId}-addons-${deploymentId}`;

const keyOf = ({ from, root }: Found): string => `${from.source.position} ${root}`;

/**
 * A directory for each that holds modules, in the order of the sources: numbers, as the name of a directory in Git could
 * be anything, and Odoo's addons path is a list with commas.
 */
function directoriesOf({ modules }: Given): ReadonlyMap<string, string> {
  const found = [...modules.values()].sort(
    (one, other) =>
      one.from.source.position - other.from.source.position ||
      (one.root < other.root ? -1 : Number(one.root > other.root)),
  );
  const keys = [...new Set(found.map(keyOf))];
  return new Map(keys.map((key, index) => [key, `${addonsTarget}/${index + 1}`]));
}

/** Null where the sources have no module. */
export function addonsFor(instanceId: string, deploymentId: string, given: Given): Addons | null {
  const paths = [...directoriesOf(given).values()];
  return paths.length === 0 ? null : { volume: addonsVolume(instanceId, deploymentId), paths };
}

/** A container that is never started: the engine unpacks archives into its volume. */
async function openVolume({ operation }: Context, { host, instance, sizing }: Site, volume: string): Promise<string> {
  const Labels = labelsOf(instance, addonsPart, operation.id);
  await host.docker.createVolume({ Name: volume, Labels });
  return ensureCreated(host, instance, `${namesOf(instance.id).network}-${addonsPart}`, {
    Image: instance.image,
    Labels,
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [{ Type: 'volume', Source: volume, Target: addonsTarget }],
      LogConfig: logConfig,
      ...toolBounds(sizing),
    },
  });
}

export async function closeVolume({ host, instance }: Pick<Site, 'host' | 'instance'>): Promise<void> {
  const known = await findContainer(host, `${namesOf(instance.id).network}-${addonsPart}`);
  if (known) await removeContainer(host, known.Id);
  await removeUnusedImageVolumes(host, instance.id);
}

interface Batch {
  archive: ReturnType<typeof tar.pack>;
  bytes: number;
}

/** Brings the modules into the deployment's volume, in archives that each fit into one short call. Safe to repeat. */
export async function fillVolume(context: Context, site: Site, given: Given, volume: string): Promise<string> {
  const { host } = site;
  await closeVolume(site);
  const container = await openVolume(context, site, volume);
  const directories = directoriesOf(given);
  let files = 0;
  let sent = 0;
  let batch: Batch | undefined;
  const send = async (): Promise<void> => {
    if (!batch) return;
    batch.archive.finalize();
    const archive = await buffer(batch.archive);
    await host.docker.putArchive(container, archive, { signal: context.signal });
    sent += archive.length;
    batch = undefined;
  };
  const add = async (header: tar.Header, content: Buffer): Promise<void> => {
    batch ??= { archive: tar.pack(), bytes: 0 };
    batch.archive.entry(header, content);
    batch.bytes += content.length + 512;
    files += 1;
    if (batch.bytes > mostBytes) await send();
  };
  const all = [...given.modules.values()];
  for (const [key, directory] of directories) {
    const modules = all.filter((found) => keyOf(found) === key);
    const [first] = modules;
    if (!first) continue;
    const prefix = first.root === '' ? '' : `${first.root}/`;
    const extract = tar.extract();
    const archive = first.from.tree.archive(modules.map(({ module }) => module.path));
    archive.on('error', (error) => extract.destroy(error));
    archive.pipe(extract);
    for await (const entry of extract) {
      const { name, size = 0 } = entry.header;
      if (size > largestFile)
        throw new AppError('git_too_large', `${name} is larger than ${largestFile / 1024 ** 2} MiB`);
      const content = await buffer(entry);
      await add({ ...entry.header, name: `${directory.slice(1)}/${name.slice(prefix.length)}` }, content);
      context.progress((100 * files) / (files + 500));
    }
  }
  await send();
  await closeVolume(site);
  return `${given.modules.size} modules, ${(sent / 1e6).toFixed(1)} MB`;
}
