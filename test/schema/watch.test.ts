import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';
import { fillOrg, type Org } from '../kit/two-orgs.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let org: Org;
it.beforeAll(async ({ ocore }) => {
  org = await fillOrg(ocore, 'watched');
});

it.for(['server', 'instance'])('tells who watches the %s what it is, and what it has become', async (resource) => {
  const { owner, ids } = org;
  const field = `${resource}Updated`;
  const names: unknown[] = [];
  for await (const event of owner.subscribe(`subscription ($id: ID!) { ${field}(id: $id) { name } }`, {
    id: ids[resource],
  })) {
    names.push(event.at(`data.${field}.name`));
    if (names.length === 1) await owner.patch(`/${resource}s/${ids[resource]}`, { name: 'Another name' });
    if (names.at(-1) === 'Another name') break;
  }
  expect([names[0], names.at(-1)]).toEqual([`watched ${resource}`, 'Another name']);
});

it('tells who watches an instance what an operation does to it', async () => {
  const { owner, ids } = org;
  const states: unknown[] = [];
  for await (const event of owner.subscribe('subscription ($id: ID!) { instanceUpdated(id: $id) { status } }', {
    id: ids['instance'],
  })) {
    states.push(event.at('data.instanceUpdated.status'));
    if (states.length === 1) {
      await owner.post(`/operations/${ids['operation']}/cancel`);
      await owner.post(`/instances/${ids['instance']}/start`);
    }
    if (states.at(-1) === 'restarting') break;
  }
  expect([states[0], states.at(-1)]).toEqual(['stopped', 'restarting']);
});
