import { expect } from 'vitest';
import { it } from '../kit/fixtures.ts';

it.override('env', { OCORE_ROLE: 'gateway' });

const two = 'query Me { me { email } } query Other { __typename }';
const persisted = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };

it('tells Apollo’s clients to send whole texts, and takes them', async ({ owner }) => {
  const asked = await owner.request('POST', '/graphql', { operationName: 'Me', extensions: persisted });
  expect([asked.status, asked.at('errors.0.message'), asked.at('errors.0.extensions.code')]).toEqual([
    200,
    'PersistedQueryNotSupported',
    'bad_request',
  ]);
  const sent = await owner.request('POST', '/graphql', { query: '{ me { email } }', extensions: persisted });
  expect(sent.at('data.me.email')).toBe(owner.email);
});

it.for<[operationName: string | null, message: string]>([
  ['Mine', 'The document has no operation Mine; it has Me, Other'],
  [null, 'Name one operation of the document in operationName: Me, Other'],
])('says which operations there are when asked for %s', async ([operationName, message], { owner }) => {
  const answer = await owner.request('POST', '/graphql', { query: two, operationName });
  expect(answer.body).toMatchObject({
    errors: [
      { message, extensions: { code: 'bad_request', details: { field: 'operationName', allowed: ['Me', 'Other'] } } },
    ],
  });
});
