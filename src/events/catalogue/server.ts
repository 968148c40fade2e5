import { z } from 'zod';
import { type EventType, eventsFor, statusAndReason } from './event-type.ts';

const event = eventsFor('view:servers');
const fingerprint = z.string().nullable().describe('The SHA-256 fingerprint; null for none.');
const removal = { force: z.literal(true).exactOptional().describe('Without contacting the server.') };
const removed = statusAndReason.extend({ ...removal, left: z.array(z.string()).exactOptional() });
const key = 'SHA256:FylsK2MLk7yqPzqk4l6vYx0m1cJ8m9h0bXo2nS3tUvW';
const changedKey = 'SHA256:9sQm2vB4xT7wZ1rY8kL3nJ6pH5gF0dC2aE4uI7oP1qM';

export const serverEvents = {
  'server.created': event(
    'A server was registered. Its validation follows.',
    z.strictObject({ name: z.string(), host: z.string(), port: z.int(), kind: z.string() }),
    { name: 'berlin-1', host: '203.0.113.10', port: 22, kind: 'ssh' },
  ),
  'server.updated': event(
    'Its name or connection was changed.',
    z.strictObject({ name: z.string(), host: z.string(), port: z.int(), dockerSocket: z.string() }),
    { name: 'berlin-1', host: '203.0.113.10', port: 22, dockerSocket: '/var/run/docker.sock' },
  ),
  'server.projects_updated': event(
    'The projects that may use it were changed.',
    z.strictObject({ projectIds: z.array(z.string()) }),
    { projectIds: ['0197a1ed-0c7a-7f58-b1d6-8e3f4a6c9b43'] },
  ),
  'server.validation_requested': event('Its validation was requested.'),
  'server.active': event(
    'It is ready for instances: its validation succeeded, or it is reachable again.',
    statusAndReason,
    { status: 'active', reason: null },
  ),
  'server.unreachable': event(
    'It cannot be used: its validation failed, or the monitor does not reach it.',
    statusAndReason,
    { status: 'unreachable', reason: 'ssh_unreachable' },
  ),
  'server.host_key_changed': event(
    'It presented another host key than the pinned one. oCore sends nothing to it until somebody accepts that key.',
    z.strictObject({ hostKeyFingerprint: fingerprint, presentedFingerprint: z.string() }),
    { hostKeyFingerprint: key, presentedFingerprint: changedKey },
  ),
  'server.host_key_accepted': event(
    'Somebody accepted its changed host key.',
    z.strictObject({ hostKeyFingerprint: fingerprint }),
    { hostKeyFingerprint: changedKey },
  ),
  'server.removal_requested': event('Its removal was requested.', z.strictObject({ status: z.string(), ...removal }), {
    status: 'removing',
  }),
  'server.remove_failed': event('Its removal failed or was cancelled.', removed, {
    status: 'active',
    reason: 'cancelled',
  }),
  'server.deleted': event(
    'It was removed. With `force`, `left` names the instances whose containers and volumes are left there.',
    removed,
    { status: 'removed', reason: null },
  ),
} satisfies Record<`server.${string}`, EventType>;
