import { ensureFilestoreVolume, runTool, type Site, volumesOf } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { filestoresPath, replacementNames } from './names.ts';

const dataPath = '/var/lib/odoo';

/** Each of them is safe to repeat, from whatever point it was ended at. */
const scripts = {
  /** Also the first to mount a new volume: the engine gives it the owner that the image says. */
  prepare: 'mkdir -p filestore && chown "$(stat -c %u:%g .)" filestore && rm -rf "filestore/$2"',
  // Odoo names files after their content and never writes into one that is there: both may have the same.
  link: `mkdir -p filestore && chown "$(stat -c %u:%g .)" filestore && rm -rf "filestore/$2"
    if [ -d "filestore/$1" ]; then cp -al "filestore/$1" "filestore/$2"; else mkdir "filestore/$2"; fi`,
  empty: 'mkdir -p "filestore/$2"',
  switch: `cd filestore
    if [ -d "$2" ]; then
      chown -R "$(stat -c %u:%g .)" "$2"
      if [ ! -e "$3" ]; then if [ -e "$1" ]; then mv "$1" "$3"; else mkdir "$3"; fi; fi
      mv "$2" "$1"
    fi`,
  back: `mkdir -p filestore && cd filestore
    if [ -d "$3" ]; then
      if [ ! -e "$2" ] && [ -e "$1" ]; then mv "$1" "$2"; fi
      mv "$3" "$1"
    fi
    rm -rf "$2"`,
  drop: 'rm -rf "filestore/$2" "filestore/$3"',
} as const;

const run = (context: StepContext<unknown>, site: Site, what: keyof typeof scripts): Promise<void> =>
  runInFilestores(context, site, scripts[what]);

/** Runs a constant script beside the filestores of the instance. Its arguments: what serves, what comes, what was before, and more. */
export async function runInFilestores(
  context: StepContext<unknown>,
  site: Site,
  script: string,
  more: readonly string[] = [],
): Promise<void> {
  const { serving, incoming, before } = replacementNames(site.instance, context.operation.id);
  const said: string[] = [];
  const code = await runTool(
    context,
    site,
    {
      name: 'filestore',
      image: site.instance.image,
      program: ['sh', '-ec', `cd ${dataPath}\n${script}`, 'sh', serving, incoming, before, ...more],
      mounts: [{ volume: volumesOf(site.instance).filestore, target: dataPath }],
      network: false,
    },
    ({ line }) => {
      if (said.length < 5) said.push(line);
    },
  );
  if (code !== 0)
    throw new StepError(
      'restore_failed',
      `The filestore could not be changed (exit code ${code}): ${said.join('; ')}`,
      'Check the disk of the server, then retry the operation.',
    );
}

/** Makes room for the files that come; gives the volume and the directory for them, which does not exist yet. */
export async function prepareFilestore(
  context: StepContext<unknown>,
  site: Site,
): Promise<{ volume: string; path: string }> {
  await ensureFilestoreVolume(site.host, site.instance, context.operation.id);
  await run(context, site, 'prepare');
  return incomingFilestore(context, site);
}

/** A copy of the files that serve, beside them, which takes no room: both are the same files. */
export const linkFilestore = (context: StepContext<unknown>, site: Site): Promise<void> => run(context, site, 'link');

/** Of an instance that had no file yet: the switch exchanges directories. */
export const emptyFilestore = (context: StepContext<unknown>, site: Site): Promise<void> => run(context, site, 'empty');

/** Where the files that come are put: the volume, and the directory in it. */
export function incomingFilestore(
  { operation }: Pick<StepContext<unknown>, 'operation'>,
  { instance }: Pick<Site, 'instance'>,
): { volume: string; path: string } {
  const { incoming } = replacementNames(instance, operation.id);
  return { volume: volumesOf(instance).filestore, path: `${filestoresPath.replace(`${dataPath}/`, '')}/${incoming}` };
}

/** Exchanges the filestores. Odoo must not run. */
export const switchFilestore = (context: StepContext<unknown>, site: Site): Promise<void> =>
  run(context, site, 'switch');

/** Exchanges them back, where they were exchanged, and removes what came. */
export const switchFilestoreBack = (context: StepContext<unknown>, site: Site): Promise<void> =>
  run(context, site, 'back');

export const dropFilestores = (context: StepContext<unknown>, site: Site): Promise<void> => run(context, site, 'drop');
