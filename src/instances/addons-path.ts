import type { Instance } from '../../prisma/generated/client/client.ts';
import { addonsOf, codeImageOf } from './addons.ts';
import { hasFiles, ifFound, readFile, type RemoteHost } from '../remote/index.ts';

/** Where our `odoo.conf` is in each container, whatever the image calls its own. */
export const confPath = '/etc/odoo/odoo.conf';
/** Where the public images keep modules of one's own. */
const extraAddons = '/mnt/extra-addons';
const maxEntries = 100;
const plainPath = /^\/[^\p{Cc}]{1,1000}$/u;

/**
 * The directories with modules of a container: those of the deployment first, then those that its image brings: those of its own `odoo.conf`, and the public images'
 * directory unless it is empty, about which Odoo 19 warns. None leaves Odoo's own default.
 */
export async function addonsPathOf(host: RemoteHost, instance: Instance, containerId: string): Promise<string[]> {
  const conf = await readFile(host.docker, containerId, await ownConfPath(host, codeImageOf(instance)));
  const named = addonsPathIn(conf ?? '');
  const deployed = addonsOf(instance)?.paths ?? [];
  if (await hasFiles(host.docker, containerId, extraAddons)) return [...new Set([...deployed, ...named, extraAddons])];
  return [...deployed, ...named.filter((path) => path !== extraAddons)];
}

/** The image's own configuration file: what its ODOO_RC says, which is set to ours in the container. */
async function ownConfPath(host: RemoteHost, image: string): Promise<string> {
  const info = await ifFound(host.docker.inspectImage(image));
  const path = info?.Config?.Env?.find((variable) => variable.startsWith('ODOO_RC='))?.slice('ODOO_RC='.length);
  return path && plainPath.test(path) ? path : confPath;
}

/** The `addons_path` of an `odoo.conf`, read as Python's configparser does, with values over several lines. */
export function addonsPathIn(conf: string): string[] {
  let inOptions = false;
  let value: string[] = [];
  let inValue = false;
  /** How far the last option is indented: what is further in goes on with its value. */
  let option: number | undefined;
  for (const line of conf.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const indent = line.search(/\S/);
    if (option !== undefined && indent > option) {
      if (inValue) value.push(line.trim());
      continue;
    }
    const section = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (section !== undefined) inOptions = section === 'options';
    option = section === undefined ? indent : undefined;
    const found = inOptions && option !== undefined ? /^\s*addons_path\s*[=:]\s*(.*)$/i.exec(line) : null;
    inValue = found !== null;
    if (found) value = [found[1] ?? ''];
  }
  const paths = value
    .join('\n')
    .split(',')
    .map((path) => path.trim().replace(/(?<=.)\/+$/, ''));
  // The text becomes a line of our own configuration: nothing in it may begin another one.
  const usable = paths.filter((path) => /^[^\p{Cc}]{1,1000}$/u.test(path) && !['None', 'False'].includes(path));
  return [...new Set(usable)].slice(0, maxEntries);
}
