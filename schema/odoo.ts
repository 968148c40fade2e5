import { type Choice, odooCountries, odooLanguages } from '../src/instances/index.ts';
import { builder } from './builder.ts';

const OdooLanguage = builder.objectRef<Choice>('OdooLanguage').implement({
  description: 'A language that Odoo knows.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Its code in Odoo, the `language` of a new instance.' }),
    name: t.exposeString('name', { description: 'Its name in English.' }),
  }),
});
const OdooCountry = builder.objectRef<Choice>('OdooCountry').implement({
  description: 'A country that Odoo knows.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Its two-letter code, the `country` of a new instance.' }),
    name: t.exposeString('name', { description: 'Its name in English.' }),
  }),
});

builder.queryFields((t) => ({
  odooLanguages: t.field({
    type: [OdooLanguage],
    authScopes: { permission: 'view:instances' },
    description: 'The languages that an instance can be created with, by name.',
    args: { odooVersion: t.arg.string({ description: 'The Odoo release that must know them. Default: 19.0.' }) },
    resolve: (_root, args) => odooLanguages(args),
  }),
  odooCountries: t.field({
    type: [OdooCountry],
    authScopes: { permission: 'view:instances' },
    description: 'The countries that an instance can be created with, by name.',
    resolve: () => [...odooCountries()],
  }),
}));
