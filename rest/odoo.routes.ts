import { odooLanguagesInput } from '../src/instances/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import type { Route } from './route.ts';

const category = 'Instances';

const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/odoo/languages',
    category,
    summary: 'List the languages of Odoo',
    document: 'query ($odooVersion: String) { odooLanguages(odooVersion: $odooVersion) { code name } }',
    answer: { as: 'whole', key: 'data' },
  },
  {
    method: 'get',
    path: '/odoo/countries',
    category,
    summary: 'List the countries of Odoo',
    document: '{ odooCountries { code name } }',
    answer: { as: 'whole', key: 'data' },
  },
];

const examples: Examples = {
  'OdooLanguage.code': 'es_419',
  'OdooLanguage.name': 'Spanish (Latin America)',
  'OdooCountry.code': 'BE',
  'OdooCountry.name': 'Belgium',
};

const parsers: Parsers = { odooLanguages: odooLanguagesInput };

export default { routes, examples, parsers } satisfies Category;
