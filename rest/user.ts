import type { Route } from './route.ts';

export const userRoutes: readonly Route[] = [
  { method: 'get', path: '/user', category: 'User', summary: 'Get the signed-in user', document: '{ me { id email name isAdmin createdAt } }', answer: { as: 'object' } },
  { method: 'get', path: '/user/orgs', category: 'User', summary: 'List the organizations of the signed-in user', document: '{ myOrganizations { id name slug createdAt } }', answer: { as: 'whole', key: 'data' } },
];
