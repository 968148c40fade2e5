import { expect, it } from 'vitest';
import { builder } from '../../schema/builder.ts';

it('is not served at all when a query, a mutation or a subscription declares no auth scopes', async () => {
  builder.queryField('readAnything', (t) => t.string({ resolve: () => 'anything' }));
  builder.mutationField('changeAnything', (t) => t.string({ resolve: () => 'changed' }));
  builder.subscriptionField('watchAnything', (t) =>
    t.string({
      subscribe: async function* () {
        yield 'anything';
      },
      resolve: (text: string) => text,
    }),
  );
  await expect(import('../../schema/index.ts')).rejects.toThrow(
    /^These fields are not guarded by authScopes:\nQuery\.readAnything: No auth scopes.*\nMutation\.changeAnything: No auth scopes.*\nSubscription\.watchAnything: No auth scopes.*$/,
  );
});
