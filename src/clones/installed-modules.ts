import type { StepContext } from '../operations/kind.ts';
import { StepError } from '../operations/kind.ts';
import { runOdoo, type Site, sqlAsOdoo } from '../instances/index.ts';

/** Marks the lines of the program below among those that Odoo itself may write. */
const mark = 'ocore-module:';

/**
 * Names the modules that the image has, in the directories in which `odoo neutralize` looks: Odoo's own configuration
 * tells them. It imports no module and opens no database.
 */
const program = `
import os, sys
import odoo
from odoo.tools import config
config.parse_config(['-c', sys.argv[1]])
import odoo.addons
try:
    from odoo.modules.module import initialize_sys_path
    initialize_sys_path()
except ImportError:
    pass
for path in list(odoo.addons.__path__):
    if os.path.isdir(path):
        for name in os.listdir(path):
            if os.path.isfile(os.path.join(path, name, '__manifest__.py')):
                print('${mark}' + name, flush=True)
`;

/** Odoo runs with the Python of its own first line, which need not be the image's usual one. */
const withPythonOfOdoo = `line=$(head -n 1 "$(command -v odoo)")
case "$line" in '#!'*python*) ;; *) line='#!/usr/bin/env python3' ;; esac
exec \${line#??} -c "$1" "$2"`;

/** Studio's, and those that were imported as data: they have no files anywhere, and no code. */
const withoutFiles = `name = 'studio_customization' OR coalesce((to_jsonb(m)->>'imported')::boolean, false)`;

/**
 * The installed modules that the image does not have. Odoo passes over their part of the neutralisation without a word,
 * and nothing else knows what they would send.
 */
export async function modulesWithoutFiles(
  context: StepContext<unknown>,
  site: Site,
  database: string,
  confPath: string,
): Promise<string[]> {
  const installed = await sqlAsOdoo(
    { secrets: context.app.secrets, host: site.host, instance: site.instance },
    database,
    `SELECT name FROM ir_module_module m WHERE state IN ('installed', 'to upgrade', 'to remove') AND NOT (${withoutFiles}) ORDER BY name;`,
    context.signal,
  );
  const names = installed.split('\n').filter(Boolean);
  if (!names.includes('base'))
    throw new StepError(
      'not_neutralized',
      'The copied database is not one of Odoo: its module base is not installed',
      'Clone an instance whose Odoo has been initialised.',
    );
  const known = new Set<string>();
  const { code, lines } = await runOdoo(context, site, {
    name: 'modules-of-image',
    entrypoint: ['sh'],
    command: ['-c', withPythonOfOdoo, 'sh', program, confPath],
  });
  for (const line of lines) if (line.startsWith(mark)) known.add(line.slice(mark.length).trim());
  if (code !== 0 || !known.has('base'))
    throw new StepError(
      'not_neutralized',
      `The image does not tell which modules it has (exit code ${code}):\n${lines.slice(-5).join('\n')}`,
      'The image needs a program `odoo` that is written in Python, as the public images have it.',
    );
  return names.filter((name) => !known.has(name));
}
