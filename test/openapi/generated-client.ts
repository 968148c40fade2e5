/** A user's program on the types that openapi-typescript made of the document: compiled strictly, then run. */
import createClient from 'openapi-fetch';
import type { paths } from './api.ts';

const baseUrl = process.argv[2] ?? '';
const anonymous = createClient<paths>({ baseUrl });
const { data: account } = await anonymous.POST('/auth/signup', {
  body: { email: 'generated@example.com', password: 'correct horse 1', name: 'Generated' },
});
if (!account || !('accessToken' in account)) throw new Error('The sign-up failed');

const client = createClient<paths>({
  baseUrl,
  headers: { Authorization: `Bearer ${account.accessToken}`, 'X-Org-Slug': account.organizations[0]?.slug ?? '' },
});
const created = await client.POST('/projects', { body: { name: 'Generated' } });
const list = await client.GET('/projects', { params: { query: { limit: 10 } } });
const wrong = await client.POST('/projects', { body: { name: '' } });
const missing = await client.GET('/servers/{id}', { params: { path: { id: '0197a1ec-91b3-7e44-a3f0-5d2c7b9e8f32' } } });

// @ts-expect-error a wrong value does not compile
await client.POST('/environments', { body: { projectId: '', name: 'x', type: 'nonsense' } });

console.log(
  JSON.stringify({
    created: created.response.status,
    names: list.data?.data.map((project) => project.name),
    wrong: wrong.error?.error.code,
    missing: missing.error?.error.code,
  }),
);
