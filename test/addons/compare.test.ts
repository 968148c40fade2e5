import { afterAll, describe, expect, it } from 'vitest';
import { compareModule, discoverAddons } from '../../src/addons/index.ts';
import { type Files, manifest, repositoryOfAddons } from './stage.ts';

const repository = await repositoryOfAddons();
afterAll(() => repository.end());

const model = `"""Orders of sale."""
import logging

from odoo import api, fields, models
from odoo.addons.sale.models import sale_order as base

_logger = logging.getLogger(__name__)
LEVELS = [('low', 'Low'), ('high', 'High')]


def normalized(text):
    return text.strip()


class Order(models.Model):
    _inherit = 'sale.order'

    level = fields.Selection(LEVELS, default=lambda self: self._default_level(), compute='_compute_level', store=True)
    name_x = fields.Char(help="A name")

    @api.model
    def _default_level(self):
        return 'low'

    @api.depends('name')
    def _compute_level(self):
        # The first letter tells.
        for order in self:
            order.level = 'high' if order.name.startswith('H') else 'low'
`;
const base: Files = {
  '__manifest__.py': manifest(
    "'version': '18.0.1.0.0'",
    "'depends': ['sale']",
    "'data': ['views/order.xml', 'doc/extra.xml']",
  ),
  '__init__.py': 'from . import models\n\n\ndef after_install(env):\n    env.cr.execute("SELECT 1")\n',
  'models/__init__.py': 'from . import order\n',
  'models/order.py': model,
  'report/sale_view.py': [
    'from odoo import fields, models, tools',
    'class Stock(models.Model):',
    "    _name = 'stock.view'",
    '    _auto = False',
    '    def _parts(self):',
    "        return 'a'",
    '',
  ].join('\n'),
  'views/order.xml': '<odoo/>',
  'doc/extra.xml': '<odoo/>',
  'doc/index.rst': 'Read',
  'static/src/js/order.js': '1',
  'static/description/icon.png': 'icon',
  'tests/test_order.py': 'x = 1\n',
  'i18n/de.po': 'msgid ""',
  'i18n/sale_x.pot': 'msgid ""',
  'README.rst': 'Read',
  'security/ir.model.access.csv': 'id,name',
};

const moduleIn = async (files: Files) => {
  const entries = Object.entries(files).map(([path, content]) => [`addons/sale_x/${path}`, content] as const);
  const tree = await repository.treeOf({ ...Object.fromEntries(entries), 'README.md': 'Outside' });
  const [module] = (await discoverAddons(tree)).modules;
  if (!module) throw new Error('No module was found');
  return { tree, module };
};
const original = await moduleIn(base);
const compared = async (changes: Files, from = original, without: readonly string[] = []) =>
  compareModule(
    from,
    await moduleIn(
      Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([path]) => !without.includes(path))),
    ),
  );
/** The model with one text in place of another that it has. */
const withModel = (from: string, to: string): Files => {
  if (!model.includes(from)) throw new Error(`The model has no ${from}`);
  return { 'models/order.py': model.replace(from, to) };
};

describe('needs nothing', () => {
  it('where nothing of the module has changed', async () => {
    expect(await compared({})).toEqual({ kind: 'none', reasons: [], filesChanged: 0, migrations: [] });
  });

  it('where documentation, tests and templates of translations have', async () => {
    const change = await compared({
      'README.rst': 'Read more',
      'doc/index.rst': 'Read more',
      'readme/DESCRIPTION.md': 'New',
      'static/description/icon.png': 'other',
      'tests/test_order.py': 'x = 2\n',
      'tests/data/one.xml': '<odoo/>',
      'i18n/sale_x.pot': 'msgid "x"',
      '.gitignore': '*.pyc',
      LICENSE: 'AGPL',
    });
    expect(change).toEqual({ kind: 'none', reasons: [], filesChanged: 9, migrations: [] });
  });
});

describe('needs a restart alone', () => {
  it.for([
    ['the body of a method', withModel("return 'low'", "level = 'low'\n        return [x for x in (level,)][0]")],
    ['the body of a method that computes a stored field', withModel("startswith('H')", "startswith('h')")],
    ['the body of a function that nothing runs at once', withModel('text.strip()', 'text.strip().lower()')],
    [
      'comments, docstrings and blank lines',
      withModel('        # The first letter tells.\n', '        """Tells."""\n\n'),
    ],
    ['the docstring of the file', withModel('Orders of sale.', 'Orders.')],
    [
      'spaces and line ends',
      { 'models/order.py': model.replaceAll('\n', '\r\n').replace('LEVELS = [', 'LEVELS  =  [\n  ') },
    ],
    [
      'what lies inside of a method',
      withModel(
        "return 'low'",
        "get = lambda: 'low'\n        def inner():\n            return get()\n        return inner()",
      ),
    ],
    ['assets', { 'static/src/js/order.js': '2', 'static/src/xml/new.xml': '<templates/>' }],
    [
      'what is told of the module',
      {
        '__manifest__.py': `${base['__manifest__.py']}`.replace(
          "'name'",
          "'summary': 'New', 'assets': {'web.assets_backend': ['sale_x/static/src/js/order.js']}, 'name'",
        ),
      },
    ],
    [
      'the order of the manifest',
      {
        '__manifest__.py': manifest(
          "'data': ['views/order.xml', 'doc/extra.xml']",
          "'depends': (  # All\n'sale',)",
          "'version': '18.0.1.0.0'",
        ),
      },
    ],
  ] as const)('for %s', async ([, changes]) => {
    expect(await compared(changes)).toMatchObject({
      kind: 'code',
      reasons: [],
      filesChanged: Object.keys(changes).length,
    });
  });
});

describe('needs the database to follow', () => {
  const more = 'models/order.py changes more than the bodies of methods';
  it.for([
    ['a field', withModel('help="A name"', 'help="The name"'), more],
    ['a default', withModel('lambda self: self._default_level()', "lambda self: 'high'"), more],
    ['a constant', withModel("('high', 'High')", "('high', 'Very high')"), more],
    ['what a field depends on', withModel("@api.depends('name')", "@api.depends('name', 'partner_id')"), more],
    ['a signature', withModel('def _default_level(self)', 'def _default_level(self, high=False)'), more],
    ['a new method', withModel('    @api.model\n', '    def x(self):\n        return 1\n\n    @api.model\n'), more],
    [
      'a field that leaves its class',
      withModel('    name_x = fields.Char(help="A name")\n', 'name_x = fields.Char(help="A name")\n'),
      more,
    ],
    [
      'a statement of a class that looks like a docstring',
      withModel("    _inherit = 'sale.order'\n", "    _inherit = 'sale.order'\n    'Text'\n"),
      more,
    ],
    ['an import', withModel('import logging', 'import logging, os'), more],
    ['what is no Python', withModel('class Order', 'klass Order'), 'models/order.py is Python that oCore cannot read'],
    [
      'what is no text',
      { 'models/order.py': Buffer.from(model.replace('Orders', 'Größe'), 'latin1') },
      'models/order.py is Python that oCore cannot read',
    ],
    ['a view', { 'views/order.xml': '<odoo><data/></odoo>' }, 'views/order.xml changed'],
    ['a file of data among documentation', { 'doc/extra.xml': '<odoo><data/></odoo>' }, 'doc/extra.xml changed'],
    ['translations', { 'i18n/de.po': 'msgid "x"' }, 'i18n/de.po changed'],
    ['access rights', { 'security/ir.model.access.csv': 'id,name,x' }, 'security/ir.model.access.csv changed'],
    [
      'a link in place of a file',
      { 'models/order.py': { link: '__init__.py' } },
      'models/order.py is Python that oCore cannot read',
    ],
    ['a new file', { 'models/line.py': '' }, 'models/line.py was added'],
    [
      'a new version',
      { '__manifest__.py': `${base['__manifest__.py']}`.replace('1.0.0', '1.1.0') },
      '__manifest__.py: version 18.0.1.0.0 -> 18.0.1.1.0',
    ],
    [
      'other dependencies',
      { '__manifest__.py': `${base['__manifest__.py']}`.replace("['sale']", "['sale', 'stock']") },
      '__manifest__.py: depends changed',
    ],
    [
      'another key',
      { '__manifest__.py': `${base['__manifest__.py']}`.replace("'name'", "'auto_install': True, 'name'") },
      '__manifest__.py: auto_install was added',
    ],
    [
      'the view of a model without a table',
      { 'report/sale_view.py': `${base['report/sale_view.py']}`.replace("'a'", "'b'") },
      'report/sale_view.py changes _parts(), which may shape the tables of the database',
    ],
    ['a script of migrations', { 'migrations/18.0.1.0.0/pre-x.py': '' }, 'migrations/18.0.1.0.0/pre-x.py was added'],
  ] as const)('for %s', async ([, changes, reason]) => {
    const { kind, reasons } = await compared(changes);
    expect([kind, reasons]).toEqual(['database', [reason]]);
  });

  it.for(['init', '_auto_init', '_register_hook', '_select', '_setup_complete'])(
    'for the body of %s(), which Odoo runs to make tables and views',
    async (name) => {
      const method = (body: string) => ({
        'models/order.py': `${model}\n    def ${name}(self):\n        return ${body}\n`,
      });
      const from = await moduleIn({ ...base, ...method('1') });
      const { reasons } = await compared(method('2'), from);
      expect(reasons).toEqual([`models/order.py changes ${name}(), which may shape the tables of the database`]);
    },
  );

  it.for(['_auto = False', '_auto: bool = False', "_order = 'id'; _auto = False", 'if tools:\n        _auto = False'])(
    'for methods of a model with %j',
    async (line) => {
      const view = (body: string) => ({
        'models/view.py': `class View(models.Model):\n    _name = 'x'\n    ${line}\n\n    def _parts(self):\n        return ${body}\n`,
      });
      const from = await moduleIn({ ...base, ...view('1') });
      expect((await compared(view('2'), from)).kind).toBe('database');
    },
  );

  it('for what init() of the same model may call', async () => {
    const both = (body: string) => ({
      'models/order.py': `${model}\n    def init(self):\n        self._index()\n\n    def _index(self):\n        return ${body}\n`,
    });
    const { reasons } = await compared(both('2'), await moduleIn({ ...base, ...both('1') }));
    expect(reasons).toEqual(['models/order.py changes _index(), which may shape the tables of the database']);
  });

  it('for a hook that the manifest names, wherever it is', async () => {
    const hooked = { '__manifest__.py': manifest("'post_init_hook': 'after_install'") };
    const from = await moduleIn({ ...base, ...hooked });
    const changes = { '__init__.py': `${base['__init__.py']}`.replace('SELECT 1', 'SELECT 2') };
    expect((await compared({ ...hooked, ...changes }, from)).reasons).toEqual([
      '__init__.py changes after_install(), which may shape the tables of the database',
    ]);
    expect((await compared(changes)).kind).toBe('code');
  });

  it('for functions that the module calls while it is loaded, in whichever file', async () => {
    const tools = (body: string) => ({ 'tools.py': `def levels():\n    return ${body}\n` });
    const uses = (text: string) => ({ 'models/order.py': `from ..tools import levels as all_levels\n${model}${text}` });
    const calling = uses('    other = fields.Selection(all_levels())\n');
    const said = ['A function changed, and the module calls functions of its own while it is loaded'];
    expect(
      (await compared({ ...tools('2'), ...calling }, await moduleIn({ ...base, ...tools('1'), ...calling }))).reasons,
    ).toEqual(said);
    const later = uses('    def x(self):\n        return all_levels()\n');
    const from = await moduleIn({ ...base, ...tools('1'), ...later });
    expect(await compared({ ...tools('2'), ...later }, from)).toMatchObject({ kind: 'code', reasons: [] });
    const inClass = (body: string) => ({
      'models/order.py': `${model}\n    def _levels():\n        return ${body}\n    other = fields.Selection(_levels())\n`,
    });
    expect((await compared(inClass('2'), await moduleIn({ ...base, ...inClass('1') }))).reasons).toEqual([
      'models/order.py changes _levels(), which runs while the file is loaded',
    ]);
  });

  it('with the first five reasons, the manifest first, and all files counted', async () => {
    const removed = [
      'views/order.xml',
      'i18n/de.po',
      'models/order.py',
      'doc/extra.xml',
      'doc/index.rst',
      'report/sale_view.py',
    ];
    const change = await compared({ '__manifest__.py': manifest("'version': '18.0.2.0.0'") }, original, removed);
    expect(change).toEqual({
      kind: 'database',
      filesChanged: 7,
      migrations: [],
      reasons: [
        '__manifest__.py: data was removed',
        '__manifest__.py: depends was removed',
        '__manifest__.py: version 18.0.1.0.0 -> 18.0.2.0.0',
        'doc/extra.xml was removed',
        'i18n/de.po was removed',
      ],
    });
  });

  it('for a module that is new', async () => {
    expect(await compareModule(null, original)).toEqual({
      kind: 'database',
      reasons: ['The module is new'],
      filesChanged: Object.keys(base).length,
      migrations: [],
    });
  });
});

describe('scripts of migrations', () => {
  const at = (version: string, paths: readonly string[] = []) =>
    moduleIn({
      '__manifest__.py': manifest(`'version': '${version}'`),
      ...Object.fromEntries(paths.map((path) => [path, ''])),
    });
  const paths = [
    'migrations/18.0.1.1.0/pre-b.py',
    'migrations/18.0.1.1.0/pre-a.py',
    'migrations/18.0.1.1.0/post-a.py',
    'migrations/18.0.1.1.0/end-a.py',
    'migrations/18.0.1.1.0/README.md',
    'migrations/18.0.1.1.0/helper.py',
    'migrations/1.2/pre-own.py',
    'migrations/18.0.1.10/pre-late.py',
    'upgrades/17.0.9.0/pre-old.py',
    'migrations/0.0.0/pre-each.py',
    'migrations/0.0.0/post-each.py',
    'migrations/tests/pre-x.py',
    'migrations/next/pre-x.py',
    'upgrades/18.0.1.1/post-upgrade.py',
    'migrations/pre-x.py',
  ];
  it.for([
    [
      '18.0.1.0.0',
      '18.0.1.1.0',
      [
        '0.0.0/pre-each',
        '18.0.1.1.0/pre-a',
        '18.0.1.1.0/pre-b',
        '18.0.1.1.0/post-a',
        '18.0.1.1/post-upgrade',
        '0.0.0/post-each',
        '18.0.1.1.0/end-a',
      ],
    ],
    ['18.0.1.1.0', '18.0.1.1.0', []],
    ['18.0.1.1', '18.0.1.1.0', []],
    ['18.0.1.1.0', '18.0.1.9', ['0.0.0/pre-each', '1.2/pre-own', '0.0.0/post-each']],
    ['18.0.1.9', '18.0.1.10', ['0.0.0/pre-each', '18.0.1.10/pre-late', '0.0.0/post-each']],
    ['18.0.1.10', '18.0.1.1', []],
    // A new Odoo: only what names a version of Odoo depends on it.
    [
      '17.0.1.2',
      '18.0.1.2',
      [
        '0.0.0/pre-each',
        '17.0.9.0/pre-old',
        '18.0.1.1.0/pre-a',
        '18.0.1.1.0/pre-b',
        '18.0.1.1.0/post-a',
        '18.0.1.1/post-upgrade',
        '0.0.0/post-each',
        '18.0.1.1.0/end-a',
      ],
    ],
    // Odoo puts its own version before these.
    ['1.1', '1.2', ['0.0.0/pre-each', '1.2/pre-own', '0.0.0/post-each']],
  ] as const)('from %s to %s', async ([from, to, expected]) => {
    const { migrations } = await compareModule(await at(from), await at(to, paths));
    expect(migrations.map((path) => path.replace(/^(?:migrations|upgrades)\/|\.py$/g, ''))).toEqual(expected);
  });

  it('are all that are not of later versions, where nobody knows what was there', async () => {
    const { migrations } = await compareModule(null, await at('18.0.1.1.0', paths));
    expect(migrations.filter((path) => path.includes('late') || path.includes('own'))).toEqual([]);
    expect(migrations).toContain('upgrades/17.0.9.0/pre-old.py');
  });
});
