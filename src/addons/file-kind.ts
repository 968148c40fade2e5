import type { Literal } from './literal.ts';
import { type Manifest, manifestName } from './manifest.ts';

/** What reads a file of a module: nobody, Odoo when it starts, or Odoo when it updates the module. */
export type FileKind = 'none' | 'code' | 'database' | 'python' | 'manifest';

const documentation =
  /^(?:.*\/)?(?:README|CHANGELOG|CHANGES|HISTORY|LICEN[CS]E|COPYING|CONTRIBUTORS|AUTHORS)(?:\.(?:md|rst|txt|html))?$/i;
const listsOfFiles = ['data', 'demo', 'demo_xml', 'init_xml', 'update_xml', 'test'];
/** `-u` shows these in the list of modules, and nothing else depends on them. */
const told: ReadonlySet<string> = new Set([
  'summary',
  'description',
  'author',
  'website',
  'maintainers',
  'images',
  'license',
  'category',
  'sequence',
  'application',
  // Odoo reads them of the files, each time it starts.
  'assets',
]);
const hooks = ['pre_init_hook', 'post_init_hook', 'uninstall_hook', 'post_load'];

export function kindOf(path: string, loaded: ReadonlySet<string>): FileKind {
  if (path === manifestName) return 'manifest';
  // Wherever it is, also among documentation and tests.
  if (loaded.has(path)) return 'database';
  if (/^tests\//.test(path) || /(?:^|\/)\./.test(path) || documentation.test(path)) return 'none';
  if (/^static\/description\//.test(path) || /^i18n[^/]*\/.*\.pot$/.test(path)) return 'none';
  if (path.startsWith('static/')) return 'code';
  if (path.endsWith('.py'))
    return /^(?:migrations|upgrades)\/|^(?:.*\/)?hooks(?:\/|\.py$)/.test(path) ? 'database' : 'python';
  return /^(?:doc|readme)\//.test(path) ? 'none' : 'database';
}

const textsOf = (value: Literal | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** The files that the manifest has Odoo load into the database. */
export const loadedBy = ({ values }: Manifest): readonly string[] =>
  listsOfFiles.flatMap((key) => textsOf(values.get(key))).map((path) => path.replace(/^(?:\.?\/)+/, ''));

export const hooksOf = ({ values }: Manifest): readonly string[] =>
  hooks.map((key) => values.get(key)).filter((name) => typeof name === 'string');

/** One text for one value: dictionaries have no order. */
function canonical(value: Literal | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value instanceof Map)
    return `{${[...value]
      .map(([key, inner]) => `${canonical(key)}:${canonical(inner)}`)
      .sort()
      .join()}}`;
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? '');
}

/** Why the database has to follow a new manifest. */
export function manifestReasons(before: Manifest, after: Manifest): readonly string[] {
  const keys = [...new Set([...before.values.keys(), ...after.values.keys()])].filter((key) => !told.has(key)).sort();
  return keys
    .filter((key) => canonical(before.values.get(key)) !== canonical(after.values.get(key)))
    .map((key) =>
      key === 'version'
        ? `version ${before.version ?? 'none'} -> ${after.version ?? 'none'}`
        : `${key} ${before.values.has(key) ? (after.values.has(key) ? 'changed' : 'was removed') : 'was added'}`,
    );
}
