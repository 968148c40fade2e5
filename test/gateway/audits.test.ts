import { serverAudits } from 'graphql-http';
import { describe, expect } from 'vitest';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

let url: string;
it.beforeAll(({ ocore }) => {
  url = `${ocore.url}/graphql`;
});

/** The audits of GraphQL over HTTP by the working group's reference implementation, each as a test of its own. */
describe('GraphQL over HTTP', () => {
  for (const audit of serverAudits({ url: () => url })) {
    it(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
    });
  }
});
