import { expect, it } from 'vitest';
import { routes } from '../../rest/routes.ts';

/** The documented prefixes below /api. */
const documented = [
  '/auth',
  '/user',
  '/org',
  '/members',
  '/roles',
  '/servers',
  '/projects',
  '/instances',
  '/projects/{projectId}/deployments',
  '/environments',
  '/instances/{id}/database',
  '/environments/{env_id}/backups',
  '/instances/{id}/domains',
  '/api-keys',
  '/webhook-endpoints',
  '/audit-logs',
  '/admin',
];

/** Documented, and not built yet: a prefix that gets its routes leaves this list. */
const pending = [
  '/projects/{projectId}/deployments',
  '/instances/{id}/database',
  '/environments/{env_id}/backups',
  '/instances/{id}/domains',
  '/webhook-endpoints',
];

/** Beside the documented ones: what 202 answers point to, and what belongs to members and roles. */
const further = ['/operations', '/permissions', '/invitations', '/invite-links'];

/** `{id}` and `{projectId}` mean the same place. */
const shape = (path: string): string => path.replace(/\{\w+\}/g, '{}');
const under = (path: string, prefix: string): boolean =>
  shape(path) === shape(prefix) || shape(path).startsWith(`${shape(prefix)}/`);

it.each(documented.filter((prefix) => !pending.includes(prefix)))('has routes under %s', (prefix) => {
  expect(routes.filter((route) => under(route.path, prefix)).length).toBeGreaterThan(0);
});

it.each(pending)('has nothing half-made under %s', (prefix) => {
  expect(routes.filter((route) => under(route.path, prefix))).toEqual([]);
});

it('has no route outside of the documented categories', () => {
  expect(
    routes
      .map((route) => route.path)
      .filter((path) => ![...documented, ...further].some((prefix) => under(path, prefix))),
  ).toEqual([]);
});
