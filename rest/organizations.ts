import type { Route } from './route.ts';

export const organizationRoutes: readonly Route[] = [
  { method: 'get', path: '/org', category: 'Organizations', summary: 'Get the organization', document: '{ organization { id name slug createdAt } }', answer: { as: 'object' } },
];
