import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ocore } from '../kit/ocore.ts';

let ocore: Ocore;
beforeAll(async () => { ocore = await Ocore.start({ OCORE_ROLE: 'gateway' }); });
afterAll(() => ocore?.stop());

/** The audits of GraphQL over HTTP by the working group's reference implementation, each as a test of its own. */
describe('GraphQL over HTTP', () => {
  for (const audit of serverAudits({ url: () => `${ocore.url}/graphql` })) {
    it(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
    });
  }
});
