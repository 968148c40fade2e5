import { expect } from 'vitest';
import { catalogue, organizationCatalogue } from '../../src/events/catalogue/catalogue.ts';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

it.for(Object.entries(catalogue))('has an example of %s that its schema accepts', ([, { data, example }]) => {
  expect(data.parse(example)).toEqual(example);
});

it('is told to clients with the JSON Schema of each event', async ({ owner }) => {
  const rest = await owner.get('/event-types');
  const graphql = await owner.graphql('{ eventTypes { name when permission dataSchema example } }');
  expect(rest.at('data')).toEqual(graphql.at('data.eventTypes'));
  expect(graphql.at('data.eventTypes')).toHaveLength(Object.keys(organizationCatalogue).length);
  expect(rest.at('data.0')).toEqual({
    name: 'organization.created',
    when: 'The organization was created.',
    permission: 'view:org',
    dataSchema: {
      type: 'object',
      properties: { name: { type: 'string' }, slug: { type: 'string' } },
      required: ['name', 'slug'],
      additionalProperties: false,
    },
    example: { name: 'Acme', slug: 'acme' },
  });
});

it('takes the former names of actions in filters of the audit log', async ({ owner }) => {
  for (const action of ['org.created', 'org.*', 'organization.*'])
    expect((await owner.get(`/audit-logs?action=${action}`)).at('data.0.action')).toBe('organization.created');
  // No name of an event, though every object of JavaScript has it.
  for (const action of ['__proto__', 'constructor'])
    expect((await owner.get(`/audit-logs?action=${action}`)).at('data')).toEqual([]);
});
