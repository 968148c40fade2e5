import { StepError } from '../operations/kind.ts';
import type { Addons } from './modules.ts';

const largestFile = 256 * 1024;
/** Debian's names, with an architecture or a version. apt removes what is named with `-` behind it. */
const aptName = /^[a-z0-9][a-z0-9+.-]*[a-z0-9+](?::[a-z0-9]+)?(?:=[A-Za-z0-9.+:~-]*[A-Za-z0-9.+:~])?$/;

/** What is installed over the image of the instance. */
export interface Packages {
  apt: readonly string[];
  /** The text of each `requirements.txt`. */
  requirements: readonly string[];
}

const text = async ({ from, path }: Addons['requirements'][number]): Promise<string> =>
  (await from.tree.file(path, largestFile)).toString('utf8');

/** The packages of Debian that a file names, one or more on a line. */
function aptIn(content: string, path: string): string[] {
  const names = content.split(/[\r\n]+/).flatMap((line) => line.replace(/#.*/s, '').split(/\s+/).filter(Boolean));
  const wrong = names.find((name) => !aptName.test(name));
  if (wrong === undefined) return names;
  throw new StepError(
    'addons_invalid',
    `${path}: ${JSON.stringify(wrong.slice(0, 100))} is not the name of a package`,
    'Name packages of Debian, one on a line.',
  );
}

export async function packagesOf({ requirements, aptPackages }: Addons): Promise<Packages> {
  const apt: string[] = [];
  for (const file of aptPackages) apt.push(...aptIn(await text(file), `${file.from.source.name}: ${file.path}`));
  const texts: string[] = [];
  for (const file of requirements) texts.push(await text(file));
  return { apt: [...new Set(apt)].sort(), requirements: texts };
}
