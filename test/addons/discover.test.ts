import { access } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { discoverAddons } from '../../src/addons/index.ts';
import { gitmodules, ServedRepository } from '../fleet/git-server/repository.ts';
import { type Files, manifest, repositoryOfAddons } from './stage.ts';

const repository = await repositoryOfAddons();
afterAll(() => repository.end());

const discovered = async (files: Files) => discoverAddons(await repository.treeOf(files));
const namesOf = ({ modules }: Awaited<ReturnType<typeof discovered>>) => modules.map(({ name }) => name);
/** What is wrong with one manifest. */
const problemsOf = async (content: Files[string], folder = 'sale_x') =>
  (await discovered({ [`${folder}/__manifest__.py`]: content })).problems.map(
    ({ line, message }) => `${line}: ${message}`,
  );

it('finds the modules of a repository and the directories for addons_path', async () => {
  const inner = await ServedRepository.create(repository.root, 'oca.git');
  const sha = await inner.commit('main', { 'web_y/__manifest__.py': "{'name': 'Web Y'}", 'README.md': 'OCA' });
  const single = await ServedRepository.create(repository.root, 'crm_z.git');
  const one = await single.commit('main', { '__manifest__.py': "{'name': 'CRM Z', 'depends': []}" });
  const tree = await repository.treeOf({
    '.gitmodules': gitmodules({ 'third/oca': '../oca.git', 'third/crm_z': '../crm_z.git' }),
    'third/oca': { submodule: sha },
    'third/crm_z': { submodule: one },
    'sale_x/__manifest__.py': manifest(
      "'version': '18.0.1.2.0'",
      "'depends': ['sale', 'stock']",
      "'external_dependencies': {'python': ['phonenumbers', 'zeep>=4'], 'bin': ['wkhtmltopdf']}",
    ),
    'sale_x/tests/test_y/__manifest__.py': manifest(),
    'sale_x/models/order.py': 'x = 1\n',
    'addons/hr_x/__manifest__.py': manifest("'installable': False", "'version': 1.0"),
    '.copier/template/__manifest__.py': manifest(),
    'setup/sale_x/odoo/addons/sale_x': { link: '../../../../sale_x' },
    'docs/page.md': 'No module',
    'requirements.txt': '# What we need\nphonenumbers==8\n',
    'apt.txt': '\n  # nothing yet\n',
  });
  const found = await discoverAddons(tree);
  expect(found).toMatchObject({
    roots: ['', 'addons', 'third', 'third/oca'],
    requirements: 'requirements.txt',
    aptPackages: null,
    problems: [],
  });
  const ids = new Map((await tree.entries()).map(({ path, id }) => [path, id]));
  expect(ids.get('third/crm_z')).toBe(one);
  const rest = { depends: ['base'], installable: true, pythonDependencies: [], version: null };
  expect(found.modules).toEqual([
    { ...rest, name: 'crm_z', path: 'third/crm_z', id: one, title: 'CRM Z', depends: [] },
    {
      ...rest,
      name: 'hr_x',
      path: 'addons/hr_x',
      id: ids.get('addons/hr_x'),
      title: 'Example',
      installable: false,
      version: '1.0',
    },
    {
      name: 'sale_x',
      path: 'sale_x',
      id: ids.get('sale_x'),
      title: 'Example',
      version: '18.0.1.2.0',
      depends: ['sale', 'stock'],
      installable: true,
      pythonDependencies: ['phonenumbers', 'zeep>=4'],
    },
    { ...rest, name: 'web_y', path: 'third/oca/web_y', id: ids.get('third/oca/web_y'), title: 'Web Y' },
  ]);
});

it('gives modules of the same content the same id, wherever they are', async () => {
  const files = { '__manifest__.py': manifest(), 'models/x.py': 'x = 1\n' };
  const at = (folder: string, more: Files = {}): Files =>
    Object.fromEntries(Object.entries({ ...files, ...more }).map(([path, content]) => [`${folder}/${path}`, content]));
  const idOf = async (given: Files) => (await discovered(given)).modules[0]?.id;
  const one = await idOf(at('x'));
  expect(await idOf(at('addons/x'))).toBe(one);
  expect(await idOf(at('x', { 'models/x.py': 'x = 2\n' }))).not.toBe(one);
});

it('takes the first of two modules of one name, as Odoo does, and tells of the other', async () => {
  const found = await discovered({
    'a/sale_x/__manifest__.py': "{'name': 'First'}",
    'b/sale_x/__manifest__.py': "{'name': 'Second'}",
    'b/other/__manifest__.py': '{}',
  });
  expect(found.modules.map(({ path, title }) => `${path} ${title}`)).toEqual(['b/other other', 'a/sale_x First']);
  expect(found.problems).toEqual([
    { path: 'b/sale_x', line: null, message: 'The module sale_x is in a/sale_x as well; Odoo takes that one' },
  ]);
});

it('tells what cannot be a module where it is', async () => {
  const found = await discovered({
    '__manifest__.py': manifest(),
    'sale-x/__manifest__.py': manifest(),
    'läden/__manifest__.py': manifest(),
    'a,b/hr_x/__manifest__.py': manifest(),
    'linked/__manifest__.py': { link: '../läden/__manifest__.py' },
    'old/__openerp__.py': manifest(),
    [`${'x'.repeat(255)}/__manifest__.py`]: manifest(),
  });
  expect(namesOf(found)).toEqual(['läden', 'x'.repeat(255)].sort());
  expect(found.problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    '__manifest__.py: The root of the repository is no module for Odoo: move it into a directory that has its name',
    'a,b/hr_x/__manifest__.py: The directory "a,b" has a character in its path that addons_path does not take',
    'linked/__manifest__.py: The manifest is a link; oCore reads files only',
    'sale-x/__manifest__.py: The directory "sale-x" has a manifest, but its name is no name of a module: letters, digits and underscores',
  ]);
});

it('has nothing to say of a repository without modules', async () => {
  expect(await discovered({ 'README.md': 'Nothing', 'requirements.txt': '' })).toEqual({
    modules: [],
    roots: [],
    requirements: null,
    aptPackages: null,
    problems: [],
  });
});

describe('a manifest', () => {
  it('is read as Python reads literals', async () => {
    const { modules, problems } = await discovered({
      'x/__manifest__.py': [
        '# -*- coding: latin-1 -*-\r\n',
        '{  # The first line says nothing to Odoo, which reads UTF-8\r\n',
        "  'name': u'Gr\\u00fc\\xdfe' \" aus \"\r\n    r'K\\oln' '''\nund\n''' \"\"\"B\\\nonn\"\"\",\r\n",
        "  'version': ('1.0'), 'depends': {'sale'} , 'sequence': -1_0, 'x': 0x1F, 'y': (None, True, 1.5e3, b'\\xff'),\r\n",
        "  'application': True, 'description': '''{'no': dict}''', 'installable': [],\r\n",
        '}\r\n# The end',
      ].join(''),
    });
    expect(problems).toEqual([]);
    expect(modules).toMatchObject([
      { title: 'Grüße aus K\\oln und Bonn', version: '1.0', depends: ['sale'], installable: false },
    ]);
  });

  it('has a title that is one line and no longer than is shown', async () => {
    const { modules } = await discovered({ 'x/__manifest__.py': `{'name': '${'\\n💚'.repeat(500)}\\x00'}` });
    expect(modules[0]?.title).toMatch(/^(?:💚 )+/u);
    expect(modules[0]?.title.length).toBeLessThanOrEqual(200);
    expect(modules[0]?.title.isWellFormed()).toBe(true);
  });

  it('that would run something runs nothing', async () => {
    const proof = `${repository.root}/proof`;
    const touch = `open('${proof}', 'w')`;
    for (const value of [touch, `[x for x in ${touch}]`, `(lambda: ${touch})()`, `f'{${touch}}'`])
      expect(await problemsOf(`{\n  'name': ${value},\n}`)).toEqual([
        `2: The manifest has ${JSON.stringify(value).slice(0, 60)}${JSON.stringify(value).length > 60 ? '…' : ''}, which is no literal`,
      ]);
    await expect(access(proof)).rejects.toThrow();
  });

  it.for([
    ['a sum', "{'name': 'a' + 'b'}", `1: The manifest has "'a' + 'b'", which is no literal`],
    ['a name', "{\n'name': NAME}", '2: The manifest has "NAME", which is no literal'],
    ['a dictionary in it', "{**{'name': 'x'}}", '1: The manifest has "**", which is no literal'],
    ['a list as a key', '{\n\n[]: 1}', '3: The manifest has a list or a dictionary as a key'],
    ['a missing comma', "{'name': 'x'\n'version': '1.0'}", '2: The manifest is no Python'],
    ['a missing brace', "{'name': 'x'", '1: The manifest is no Python'],
    ['a broken escape', "{'name': '\\x4'}", '1: The manifest has a string with an escape that cannot be read'],
    ['a list alone', '[]', '1: The manifest is no dictionary'],
    ['only a comment', '# nothing\n', 'null: The manifest is empty'],
    ['two of them', '{}\n{}', '2: The manifest has more than one literal, or an indented one'],
    ['an import', 'import os\n{}', '1: The manifest has more than one literal, or an indented one'],
    ['an indent', '\n  {}', '2: The manifest has more than one literal, or an indented one'],
    ['a text as depends', "{'depends': 'base'}", 'null: The manifest has no list of names of modules as depends'],
    [
      'a list as external_dependencies',
      "{'external_dependencies': ['x']}",
      'null: The manifest has no list of packages as python of external_dependencies',
    ],
    ['a byte order mark', '\ufeff{}', '1: The manifest begins with a byte order mark, which Odoo does not read'],
    ['a zero byte', "{'name': '\0'}", '1: The manifest is no Python'],
    [
      'deep brackets',
      `{'x': ${'['.repeat(500)}${']'.repeat(500)}}`,
      '1: The manifest is nested more than 200 levels deep',
    ],
    ['brackets without end', `{'x': ${'['.repeat(300_000)}`, '1: The manifest is no Python'],
    ['many signs', `{'x': ${'-'.repeat(2000)}1}`, `1: The manifest has ${JSON.stringify('-'.repeat(59))}`],
    ['a long number', `{'x': ${'9'.repeat(5000)}}`, '1: The manifest has a number that is too long'],
    ['a megabyte', `{'x': '${'x'.repeat(1024 ** 2)}'}`, 'null: The manifest is larger than 1048576 bytes'],
  ] as const)('with %s cannot be read', async ([, content, problem]) => {
    const [first = '', ...more] = await problemsOf(content);
    expect([first.slice(0, problem.length - 1), more]).toEqual([problem.slice(0, -1), []]);
  });

  it('in another encoding cannot be read', async () => {
    const content = Buffer.from("# -*- coding: latin-1 -*-\n{'name': 'Grüße'}\n", 'latin1');
    expect(await problemsOf(content)).toEqual(['null: The manifest is no UTF-8']);
  });
});
