import { createHash } from 'node:crypto';
import {
  buildBounds,
  builtImages,
  ensureCreated,
  findContainer,
  getImage,
  labelsOf,
  logConfig,
  namesOf,
  operationLabel,
  removeContainer,
  type Site,
  wasInterrupted,
} from '../instances/index.ts';
import { StepError } from '../operations/kind.ts';
import { dockerStatus, ifFound, runOneOff, unless } from '../remote/index.ts';
import type { Context } from './context.ts';
import type { Packages } from './packages.ts';

const folder = '/ocore-build';
const maxInterruptions = 3;
const lastLines = 5;
const longestLine = 500;
/** How pip and apt begin what went wrong; a package's name may have the word, too. */
const wrong = /error:|fatal:|^E:/i;

/** A constant: the packages of apt are its arguments, those of pip in files. */
const script = `
export DEBIAN_FRONTEND=noninteractive PIP_ROOT_USER_ACTION=ignore HOME=/root
if [ "$#" -gt 0 ]; then
  echo "apt: installing $*"
  apt-get -q update
  apt-get -q install -y --no-install-recommends -- "$@"
  apt-get clean
  rm -rf /var/lib/apt/lists/*
fi
set --
for file in ${folder}/requirements-*.txt; do
  if [ -e "$file" ]; then set -- "$@" -r "$file"; fi
done
if [ "$#" -gt 0 ]; then
  if python3 -m pip install --help | grep -e --break-system-packages >/dev/null; then
    set -- --break-system-packages "$@"
  fi
  python3 -m pip install --no-cache-dir --no-input --disable-pip-version-check "$@"
fi
rm -rf ${folder}`;

/** The image with the packages, built once for each base and each set of packages. Gives its name; null without packages. */
export async function buildImage(context: Context, site: Site, packages: Packages): Promise<string | null> {
  if (packages.apt.length + packages.requirements.length === 0) return null;
  const { host, instance } = site;
  const { operation, log } = context;
  await getImage(context, host, instance.image, { pull: false, part: [0, 1] });
  const base = await host.docker.inspectImage(instance.image);
  const tag = createHash('sha256')
    .update(JSON.stringify([base.Id, packages, script]))
    .digest('hex')
    .slice(0, 24);
  const name = namesOf(instance.id).image;
  const image = `${name}:${tag}`;
  if (await ifFound(host.docker.inspectImage(image))) {
    log('info', `${image} was built before`);
    // An earlier attempt may have ended between the image and its container.
    await endBuild(site);
    return image;
  }
  const container = await install(context, site, packages);
  const { Env, User, Entrypoint, Cmd, WorkingDir, ExposedPorts, Volumes, Labels } = base.Config ?? { Labels: {} };
  await host.docker.commitContainer(
    container,
    { name, tag },
    {
      Env: Env ?? [],
      User: User ?? '',
      Entrypoint: Entrypoint ?? [],
      Cmd: Cmd ?? [],
      WorkingDir: WorkingDir ?? '',
      ExposedPorts: ExposedPorts ?? {},
      Volumes: Volumes ?? {},
      Labels: { ...Labels, ...labelsOf(instance, 'image', operation.id) },
    },
  );
  await removeContainer(host, container);
  return image;
}

/** Runs the installation to its end; gives the container that has the result. */
async function install(context: Context, site: Site, { apt, requirements }: Packages): Promise<string> {
  const { host, instance, sizing } = site;
  const { app, operation, log, signal } = context;
  const name = namesOf(instance.id).build;
  const seconds = app.config.DEPLOYMENT_BUILD_TIMEOUT;
  const bounds = buildBounds(sizing);
  const late = AbortSignal.timeout(seconds * 1000);
  for (let interruptions = 0; ; interruptions += 1) {
    const known = await findContainer(host, name);
    if (known && known.Config?.Labels[operationLabel] !== operation.id) await removeContainer(host, known.Id);
    const id = await ensureCreated(
      host,
      instance,
      name,
      {
        Image: instance.image,
        Entrypoint: ['sh', '-eu', '-c', script, 'build'],
        Cmd: apt,
        User: '0:0',
        Labels: labelsOf(instance, 'one-off', operation.id),
        // Of its own: what a package runs when it is installed reaches no database.
        HostConfig: { NetworkMode: 'bridge', LogConfig: logConfig, ...bounds },
      },
      ...requirements.map((content, index) => ({
        path: `${folder}/requirements-${index + 1}.txt`,
        content: () => content,
        mode: 0o444,
      })),
    );
    const lines: string[] = [];
    const code = await runOneOff(host.docker, id, {
      signal: AbortSignal.any([signal, late]),
      onLine: ({ line }) => {
        log('info', line);
        lines.push(line);
        if (lines.length > 100) lines.shift();
      },
    }).catch(async (error: unknown) => {
      if (late.aborted && !signal.aborted)
        throw new StepError(
          'image_build_failed',
          `The packages were not installed within ${seconds} s`,
          'Ask for less, or raise DEPLOYMENT_BUILD_TIMEOUT of this installation.',
        );
      // Gone altogether: an engine that comes back may have forgotten it.
      if (dockerStatus(error) === 404 && !(await findContainer(host, id))) return 255;
      throw error;
    });
    const info = await findContainer(host, id);
    if (info && code === 0) return info.Id;
    const again = (!info || wasInterrupted(info)) && interruptions < maxInterruptions;
    if (info) await removeContainer(host, info.Id);
    if (!again) throw failed(code, info?.State.OOMKilled === true, bounds.Memory, lines);
    log('warning', `The installation was interrupted from outside (exit code ${code}); it starts again`);
  }
}

function failed(code: number, outOfMemory: boolean, memory: number, lines: readonly string[]): StepError {
  const said = lines.filter((line) => wrong.test(line));
  const last = (said.length > 0 ? said : lines)
    .slice(-lastLines)
    .map((line) => line.slice(0, longestLine))
    .join('\n');
  return new StepError(
    'image_build_failed',
    outOfMemory
      ? `The installation of the packages needed more than ${Math.round(memory / 1024 ** 2)} MiB of memory`
      : `The packages could not be installed (exit code ${code})${last === '' ? '' : `:\n${last}`}`,
    outOfMemory
      ? 'Use packages that need no compiler, or an image that has them.'
      : 'Correct requirements.txt or apt.txt and deploy again.',
  );
}

/** Removes what an installation that did not end well has on the server. */
export async function endBuild({ host, instance }: Pick<Site, 'host' | 'instance'>): Promise<void> {
  const known = await findContainer(host, namesOf(instance.id).build);
  if (known) await removeContainer(host, known.Id);
}

/** Removes the images that were built for the instance, but for these. */
export async function removeImages(
  { host, instance }: Pick<Site, 'host' | 'instance'>,
  kept: ReadonlySet<string>,
): Promise<void> {
  for (const { name } of await builtImages(host, instance.id))
    if (!kept.has(name)) await unless(404, host.docker.removeImage(name));
}
