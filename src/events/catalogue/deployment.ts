import { z } from 'zod';
import { type EventType, eventsFor } from './event-type.ts';

const event = eventsFor('view:deployments');
const about = z.strictObject({
  instanceId: z.string(),
  environmentId: z.string(),
  trigger: z.enum(['manual', 'push', 'rollback']),
  branch: z.string().nullable().describe('The branch that was asked for; null without one.'),
  tag: z.string().nullable().describe('The tag that was asked for; null without one.'),
  commitSha: z.string().nullable().describe('The commit of the first repository; null until it is known.'),
});
const asked = about.extend({
  dryRun: z.boolean().describe('It only finds out what it would do.'),
  rollbackMode: z.enum(['code_only', 'code_and_database']).nullable().describe('Of a rollback; null of the others.'),
  targetId: z.string().nullable().describe('The deployment that a rollback goes back to; null without one.'),
});
const ended = about.extend({
  status: z.string().describe('The status from then on.'),
  reason: z.string().nullable().describe('The code of the error; null without one.'),
  downtimeMs: z.int().nullable().describe('For how long Odoo did not serve; null if that is not known.'),
});
const example = {
  instanceId: '0197a1f1-9b5e-7d6f-8b7c-4e5f60718293',
  environmentId: '0197a1ee-7f3c-7b4d-9f5a-2c3d4e5f6071',
  trigger: 'push' as const,
  branch: 'main',
  tag: null,
  commitSha: '9fceb02d0ae598e95dc970b74767f19372d61af8',
};

/** Code that comes to instances. */
export const deploymentEvents = {
  'deployment.triggered': event('Somebody or a push asked for a deployment or a rollback.', asked, {
    ...example,
    dryRun: false,
    rollbackMode: null,
    targetId: null,
  }),
  'deployment.completed': event('The new code serves, and Odoo is healthy with it.', ended, {
    ...example,
    status: 'succeeded',
    reason: null,
    downtimeMs: 4200,
  }),
  'deployment.failed': event('It ended before anything was changed: what served before goes on.', ended, {
    ...example,
    status: 'failed',
    reason: 'dependency_missing',
    downtimeMs: 0,
  }),
  'deployment.rolled_back': event(
    'The update or the health check failed: the code and the data from before serve again.',
    ended,
    { ...example, status: 'rolled_back', reason: 'module_update_failed', downtimeMs: 21_500 },
  ),
  'deployment.cancelled': event('It was cancelled, or replaced by a newer one: what served before serves.', ended, {
    ...example,
    status: 'cancelled',
    reason: null,
    downtimeMs: 0,
  }),
} satisfies Record<`deployment.${string}`, EventType>;
