import type { AddonModule } from './module.ts';

/** A version of a module: that of Odoo where it has one, and its own. */
interface Version {
  readonly series: readonly number[] | null;
  readonly own: readonly number[];
}

interface Script {
  readonly path: string;
  readonly version: string;
  readonly stage: number;
  readonly name: string;
}

const stages = ['pre', 'post', 'end'];
/** Runs with every new version: first of all before, and last after the module is updated. */
const always = '0.0.0';
/** As Odoo has it for the directories of scripts. */
const versionName =
  /^(?:(?:6\.1|[6-9]\.0|[1-9]\d+\.0|(?:7|8|9|10)\.saas~[1-9]\d*|saas~(?:1[1-9]|[2-9]\d+)\.[1-9])\.)?\d+\.\d+(?:\.\d+)?$/;

/** Numbers without zeros at their end: for Odoo, 1.0 is 1. */
function numbersOf(version: string): readonly number[] {
  const numbers = (version.match(/\d+/g) ?? []).map(Number);
  return numbers.slice(0, numbers.findLastIndex((number) => number !== 0) + 1);
}

/** With more than three parts, the first two are the version of Odoo. */
function versionOf(version: string): Version {
  const parts = version.split('.');
  if (parts.length <= 3) return { series: null, own: numbersOf(version) };
  return {
    series: (parts.slice(0, 2).join('.').match(/\d+/g) ?? []).map(Number),
    own: numbersOf(parts.slice(2).join('.')),
  };
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((number, index) => number !== other[index]);
  if (at < 0) return one.length - other.length;
  return (one[at] ?? 0) - (other[at] ?? -1);
}

/** Versions that do not name theirs are of the Odoo that runs them. */
function compareWhole(one: Version, other: Version): number {
  const series = one.series && other.series ? compare(one.series, other.series) : 0;
  return series === 0 ? compare(one.own, other.own) : series;
}

function scriptOf(path: string): Script | null {
  const {
    version = '',
    name = '',
    stage = '',
  } = /^(?:migrations|upgrades)\/(?<version>[^/]+)\/(?<name>(?<stage>pre|post|end)-[^/]*\.py)$/.exec(path)?.groups ??
  {};
  return versionName.test(version) ? { path, version, stage: stages.indexOf(stage), name } : null;
}

function order(one: Script, other: Script): number {
  const first = (script: Script): number => (script.version !== always ? 0 : script.stage === 0 ? -1 : 1);
  return (
    one.stage - other.stage ||
    first(one) - first(other) ||
    compareWhole(versionOf(one.version), versionOf(other.version)) ||
    (one.name < other.name ? -1 : 1)
  );
}

/** Which of the files of a module are scripts that Odoo runs when it updates the module, in their order. `before`: null if nobody knows what was there. */
export function migrationsBetween(
  paths: readonly string[],
  before: Pick<AddonModule, 'version'> | null,
  after: Pick<AddonModule, 'version'>,
): readonly string[] {
  const [installed, current] = [before && versionOf(before.version ?? '1.0'), versionOf(after.version ?? '1.0')];
  const runs = ({ version }: Script): boolean => {
    if (version === always) return installed === null || compareWhole(installed, current) < 0;
    const own = versionOf(version);
    // A script without the version of Odoo has run already if only that has changed.
    const ordered = own.series === null ? (one: Version, other: Version) => compare(one.own, other.own) : compareWhole;
    return (installed === null || ordered(installed, own) < 0) && ordered(own, current) <= 0;
  };
  return paths
    .map(scriptOf)
    .filter((script) => script !== null)
    .filter(runs)
    .sort(order)
    .map(({ path }) => path);
}
