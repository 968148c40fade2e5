import type { Route } from './route.ts';

export const userRoutes: readonly Route[] = [
  { method: 'get', path: '/user', category: 'User', summary: 'Get the signed-in user', document: '{ me { id email name isAdmin createdAt } }', answer: { as: 'object' } },
];
