import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type OdooFinding, OdooFindings } from '../../src/addons/index.ts';

const deployed = new Set([
  ...['x_chain', 'x_csv', 'x_dep', 'x_during', 'x_field', 'x_func', 'x_hook', 'x_import', 'x_inherit', 'x_mig'],
  ...['x_ok', 'x_pydep', 'x_ref', 'x_sql', 'x_syntax', 'x_view', 'x_xml', 'sale_x'],
]);
function findingsOf(text: string): readonly OdooFinding[] {
  const findings = new OdooFindings(deployed);
  for (const line of text.split('\n')) findings.add(line);
  return findings.all();
}
/** What a real Odoo 19 wrote. */
const log = (name: string): string => readFileSync(join(import.meta.dirname, 'logs', `${name}.txt`), 'utf8');
const inShort = ({ severity, module, file, line, message }: OdooFinding): string =>
  `${severity} ${module} ${file}:${line} ${message}`;

describe('of a log that Odoo 19 wrote', () => {
  it.for([
    [
      'a view',
      'view',
      'error x_view x_view/views/v.xml:2 odoo.tools.convert.ParseError: while parsing /mnt/extra-addons/x_view/views/v.xml:2 Error while validating view near: <form __validate__="1"><field name="no_such_field"/></form> Field "no_such_field" does not exist in model "res.partner"',
    ],
    [
      'a reference',
      'reference',
      'error x_ref x_ref/views/v.xml:3 ValueError: External ID not found in the system: x_ref.nowhere',
    ],
    [
      'XML',
      'xml',
      'error x_xml x_xml/views/v.xml:3 lxml.etree.XMLSyntaxError: Opening and ending tag mismatch: record line 2 and odoo, line 3, column 8',
    ],
    ['syntax', 'syntax', "error x_syntax x_syntax/models/a.py:3 SyntaxError: expected ':'"],
    ['a method that data calls', 'function', 'error x_func x_func/models/a.py:5 ZeroDivisionError: division by zero'],
    [
      'an error while another is handled',
      'during',
      'error x_during x_during/models/a.py:6 ValueError: wrong in two lines',
    ],
    [
      'a hook',
      'hook',
      "error x_hook x_hook/__init__.py:2 ValueError: Invalid field res.partner.nope in condition ('nope', '=', 1)",
    ],
    [
      'a model that is not there',
      'model',
      "error x_inherit odoo/orm/model_classes.py:175 TypeError: Model 'no.such.model' does not exist in registry.",
    ],
    [
      'a module that is not there',
      'dependency',
      'error x_dep base/models/ir_module.py:389 odoo.exceptions.UserError: You try to install module "x_dep" that depends on module "no_such_module". But the latter module is not available in your system.',
    ],
    [
      'a library that is not there',
      'library',
      'error x_pydep base/models/ir_module.py:375 odoo.exceptions.UserError: Unable to install module "x_pydep" because an external dependency is not met: no_such_lib',
    ],
    [
      'a query',
      'query',
      'error x_sql x_sql/models/a.py:6 psycopg2.errors.UndefinedTable: relation "nowhere" does not exist LINE 1: SELECT * FROM nowhere',
    ],
    ['a migration', 'migration', 'error x_mig x_mig/migrations/19.0.1.1/pre-x.py:2 Exception: migration failed'],
  ] as const)('the finding is the root of the failure of %s', ([, name, expected]) => {
    const all = findingsOf(log(name));
    expect(all.map(inShort)).toEqual([expected]);
    expect(all[0]?.traceback).toMatch(/^Traceback \(most recent call last\):\n/);
  });

  it('names the file of data for which Odoo names no line', () => {
    const [finding, ...more] = findingsOf(log('csv'));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ module: 'x_csv', file: 'x_csv/security/ir.model.access.csv', line: null });
    expect(finding?.message).toContain("No matching record found for external id 'model_nothing' in field 'Model'");
  });

  it('tells of modules that are gone, though Odoo only warns of them', () => {
    expect(findingsOf(log('gone')).map(inShort)).toEqual([
      'warning x_ok null:null module x_ok: manifest not found',
      'warning x_ok null:null module x_ok: not installable, skipped',
      "error x_ok null:null Some modules have inconsistent states, some dependencies may be missing: ['x_ok']",
    ]);
  });

  it('tells of each test that fails', () => {
    expect(findingsOf(log('tests')).map(inShort)).toEqual([
      'error x_ok x_ok/tests/test_x.py:4 AssertionError: 1 != 2',
      'error x_ok null:null Module x_ok: 1 failures, 0 errors of 1 tests',
      'error null null:null At least one test failed when loading the modules.',
      "error null null:null 1 failed, 0 error(s) of 1 tests when loading database 't'",
    ]);
  });
});

const at = (rest: string): string => `2026-11-28 19:00:00,123 57 ${rest}`;

it('finds nothing in what Odoo says of its work', () => {
  const text = [
    at('INFO erp odoo.modules.loading: loading 16 modules... '),
    at('WARNING erp odoo.addons.sale_x.models.order: The order has no level '),
    at('WARNING erp odoo.modules.loading: Module x demo data failed to install, installed without demo data '),
    'Traceback (most recent call last):',
    '  File "/mnt/extra-addons/sale_x/models/order.py", line 3, in x',
    'ValueError: demo',
    at('INFO erp werkzeug: 127.0.0.1 - - "GET /web/health HTTP/1.1" 200 - 1 0.001 0.002'),
  ].join('\n');
  expect(findingsOf(text)).toEqual([]);
  expect(findingsOf('')).toEqual([]);
});

it('reads a traceback that no record begins, as when Python cannot import what it needs', () => {
  const crash = [
    'Traceback (most recent call last):',
    '  File "/usr/bin/odoo", line 5, in <module>',
    '    import odoo',
    '  File "/usr/lib/python3/dist-packages/odoo/__init__.py", line 12, in <module>',
    '    import pytz',
    "ModuleNotFoundError: No module named 'pytz'",
  ];
  const expected = ["error null dist-packages/odoo/__init__.py:12 ModuleNotFoundError: No module named 'pytz'"];
  expect(findingsOf(crash.join('\r\n')).map(inShort)).toEqual(expected);
  expect(findingsOf([at('INFO ? odoo: Odoo version 19.0 '), ...crash, ''].join('\n')).map(inShort)).toEqual(expected);
});

it('reads what is coloured, and gives the record that is still open', () => {
  const findings = new OdooFindings(deployed);
  findings.add(at('\u001b[1;31m\u001b[1;49mERROR\u001b[0m erp odoo.addons.sale_x.models.order: It went wrong \n'));
  const first = findings.all();
  expect(first.map(inShort)).toEqual(['error sale_x null:null It went wrong']);
  expect(findings.all()).toEqual(first);
});

it('follows causes only, and passes over what a transaction says after its error', () => {
  const chain = (relation: string, last: string) =>
    [
      at('ERROR erp odoo.http: Exception during request handling. '),
      'Traceback (most recent call last):',
      '  File "/mnt/extra-addons/sale_x/models/first.py", line 1, in f',
      "KeyError: 'first'",
      '',
      relation,
      '',
      'Traceback (most recent call last):',
      '  File "/mnt/extra-addons/sale_x/models/second.py", line 2, in g',
      '    g()',
      last,
    ].join('\n');
  const cause = 'The above exception was the direct cause of the following exception:';
  const context = 'During handling of the above exception, another exception occurred:';
  const rootOf = (text: string) => findingsOf(text).map(({ file, message }) => `${file} ${message}`);
  expect(rootOf(chain(cause, 'ValueError: second'))).toEqual(["sale_x/models/first.py KeyError: 'first'"]);
  expect(rootOf(chain(context, 'ValueError: second'))).toEqual(['sale_x/models/second.py ValueError: second']);
  const aborted = 'psycopg2.errors.InFailedSqlTransaction: current transaction is aborted';
  expect(rootOf(chain(context, aborted))).toEqual(["sale_x/models/first.py KeyError: 'first'"]);
});

it('tells of failures without a traceback where there is nothing better', () => {
  const failed = [
    at("CRITICAL erp odoo.modules.module: Couldn't load module sale_x "),
    at('ERROR erp odoo.registry: Failed to load registry '),
  ];
  expect(findingsOf(failed.join('\n')).map(({ module, message }) => [module, message])).toEqual([
    ['sale_x', "Couldn't load module sale_x"],
    [null, 'Failed to load registry'],
  ]);
  const query = [at("ERROR erp odoo.sql_db: bad query: b'SELECT 1/0' "), 'ERROR: division by zero', ' '];
  expect(findingsOf(query.join('\n')).map(({ message }) => message)).toEqual([
    "ERROR: division by zero bad query: b'SELECT 1/0'",
  ]);
});

it('tells each finding once, errors before warnings, and no more than 50', () => {
  const findings = new OdooFindings(deployed);
  for (let round = 0; round < 3; round += 1)
    for (let number = 0; number < 60; number += 1)
      findings.add(at(`WARNING erp odoo.modules.module_graph: module m${number}: not installable, skipped `));
  for (let number = 0; number < 2; number += 1) findings.add(at('ERROR erp odoo.x: The last error '));
  const all = findings.all();
  expect([all.length, all.at(-1)?.message]).toEqual([50, 'The last error']);
  expect(new Set(all.map(({ message }) => message)).size).toBe(50);
});

it('stays small, whatever the log is', () => {
  const findings = new OdooFindings(deployed);
  findings.add(at('ERROR erp odoo.http: Exception during request handling. '));
  findings.add('Traceback (most recent call last):');
  for (let number = 0; number < 50_000; number += 1)
    findings.add(`  File "/mnt/extra-addons/sale_x/models/deep.py", line ${number}, in again`);
  findings.add(`RecursionError: ${'too deep '.repeat(500)}${'x'.repeat(1_000_000)}`);
  const [finding, ...more] = findings.all();
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ module: 'sale_x', file: 'sale_x/models/deep.py', line: 49_999 });
  expect(finding?.message).toMatch(/^RecursionError: too deep/);
  expect(finding?.message.length).toBe(1000);
  expect(finding?.traceback?.length).toBeLessThanOrEqual(8192);
  expect(finding?.traceback).toMatch(/^Traceback[^]*\n…\n/);
});
