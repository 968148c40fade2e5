import { expect, it } from 'vitest';
import { prepare } from '../../rest/prepared.ts';
import { routes } from '../../rest/routes.ts';
import { schema } from '../../schema/index.ts';

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
  '/backup-destinations',
  '/instances/{id}/domains',
  '/api-keys',
  '/webhook-endpoints',
  '/audit-logs',
  '/admin',
];

/** Documented, and not built yet: a prefix that gets its routes leaves this list. */
const pending = ['/instances/{id}/domains'];

/** Beside the documented ones: what 202 answers point to, and what belongs to members, roles and instances, such as the registries of their images, what belongs to projects, and backups and deployments, which outlive their environment. */
const further = [
  '/events',
  '/event-types',
  '/operations',
  '/odoo',
  '/registries',
  '/repositories',
  '/branch-mappings',
  '/deployments',
  '/backups',
  '/backup-schedule',
  '/backup-schedules',
  '/backup-alerts',
  '/restore-tests',
  '/transfers',
  '/permissions',
  '/invitations',
  '/invite-links',
  '/webhook-deliveries',
];

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

it('does not start with a route that tells of a resource that its document does not ask for', () => {
  const known = routes.find((route) => route.answer.as === 'accepted' && route.answer.resource === 'server');
  if (!known) throw new Error('No route changes a server');
  expect(() => prepare(schema, known)).not.toThrow();
  const wrong = { ...known, answer: { as: 'accepted' as const, resource: 'sever', message: '' } };
  expect(() => prepare(schema, wrong)).toThrow('does not ask for sever');
});
