import { StepError } from '../operations/kind.ts';
import type { Addons } from '../deployed-code/index.ts';
import type { Known } from './known-modules.ts';

interface Given {
  addons: Addons;
  known: readonly Known[];
  /** Modules that the deployment before brought. */
  before: ReadonlySet<string>;
  install: readonly string[];
}

const most = 20;
const list = (names: readonly string[]): string =>
  names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ');

/** Throws where the commit cannot work with what is installed: before anything is changed. */
export function requireDeployable({ addons, known, before, install }: Given): void {
  const installed = known.filter((one) => one.installed).map(({ name }) => name);
  // What the image brings is what Odoo knows, but for what came with the deployment before.
  const ofImage = new Set(known.map(({ name }) => name).filter((name) => !before.has(name)));
  const lost = installed.filter((name) => before.has(name) && !addons.modules.has(name));
  if (lost.length > 0)
    throw new StepError(
      'module_missing',
      `Installed modules are not in the commit: ${list(lost)}`,
      'Uninstall them in Odoo first, or bring them back.',
    );
  const nowhere = install.filter((name) => !addons.modules.has(name) && !ofImage.has(name));
  if (nowhere.length > 0)
    throw new StepError(
      'module_missing',
      `Modules that are to be installed are neither in the commit nor in the image: ${list(nowhere)}`,
      'Correct the names, or connect the repository that has them.',
    );
  requireDependencies(addons, ofImage, [...new Set([...installed, ...install])]);
}

/** Also of the modules that they depend on, which Odoo installs with them. */
function requireDependencies({ modules }: Addons, ofImage: ReadonlySet<string>, names: readonly string[]): void {
  const seen = new Set(names);
  const missing: string[] = [];
  for (const name of seen) {
    const found = modules.get(name);
    if (!found) continue;
    const { installable, depends, path } = found.module;
    if (!installable)
      throw new StepError(
        'addons_invalid',
        `${path}/__manifest__.py: ${name} is needed, and says that it is not installable`,
        'Set installable to True, or uninstall the module in Odoo first.',
      );
    for (const dependency of depends) {
      if (modules.has(dependency)) seen.add(dependency);
      else if (!ofImage.has(dependency)) missing.push(`${name} depends on ${dependency}`);
    }
  }
  if (missing.length > 0)
    throw new StepError(
      'dependency_missing',
      `${list(missing)}, which neither the repositories nor the image have`,
      'Connect the repository that has it, or correct the manifest.',
    );
}
