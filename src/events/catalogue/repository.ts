import { z } from 'zod';
import { type EventType, eventsFor, statusAndReason } from './event-type.ts';

const event = eventsFor('view:repositories');
const shown = z.strictObject({
  name: z.string(),
  url: z.string(),
  branch: z.string(),
  provider: z.string(),
  access: z.string(),
  position: z.int(),
});
const example = {
  name: 'erp',
  url: 'ssh://git@github.com/acme/erp.git',
  branch: 'main',
  provider: 'github',
  access: 'deploy_key',
  position: 1,
};
const publicKey = z.strictObject({ publicKey: z.string() });
const hostKeys = z.array(z.string()).describe('SHA-256 fingerprints.');
const key = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU';
const changedKey = 'SHA256:9sQm2vB4xT7wZ1rY8kL3nJ6pH5gF0dC2aE4uI7oP1qM';
const mapping = z.strictObject({ branchPattern: z.string(), environmentId: z.string(), priority: z.int() });
const mapped = {
  branchPattern: 'feature/*',
  environmentId: '0197a1ee-7f3c-7b4d-9f5a-2c3d4e5f6071',
  priority: 100,
};

export const repositoryEvents = {
  'repository.created': event('A Git repository was connected with a project.', shown, example),
  'repository.updated': event(
    'Its name, place, branch or way of access was changed.',
    shown.extend({ tokenChanged: z.boolean() }),
    { ...example, tokenChanged: false },
  ),
  'repository.deleted': event('A Git repository was disconnected from its project.'),
  'repository.validation_requested': event('Its validation was requested.'),
  'repository.validated': event('It is reached, and its branch is there.', statusAndReason, {
    status: 'valid',
    reason: null,
  }),
  'repository.validation_failed': event('Its validation failed or was cancelled.', statusAndReason, {
    status: 'failed',
    reason: 'git_access_denied',
  }),
  'repository.sync_requested': event('Its synchronization was requested.'),
  'repository.synced': event(
    'Its branches and tags were read.',
    z.strictObject({
      branch: z.string(),
      sha: z.string().describe('The commit of the branch.'),
      branches: z.int(),
      tags: z.int(),
    }),
    { branch: 'main', sha: '9fceb02d0ae598e95dc970b74767f19372d61af8', branches: 12, tags: 3 },
  ),
  'repository.sync_failed': event('Its synchronization failed or was cancelled.', statusAndReason, {
    status: 'failed',
    reason: 'git_unreachable',
  }),
  'repository.pushed': event(
    'Its host said that a branch was pushed. If several were pushed at once, each has an event, up to 50.',
    z.strictObject({
      branch: z.string(),
      sha: z.string().describe('The commit that the branch is at now.'),
      before: z.nullable(z.string()).describe('The commit that it was at before; null for a new branch.'),
      environmentId: z.nullable(z.string()).describe('The environment that the branch goes to; null for none.'),
      pushedBy: z.nullable(z.string()).describe('Who pushed, as the host calls them; null if it does not say.'),
    }),
    {
      branch: 'main',
      sha: '9fceb02d0ae598e95dc970b74767f19372d61af8',
      before: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
      environmentId: '0197a1ee-7f3c-7b4d-9f5a-2c3d4e5f6071',
      pushedBy: 'ada',
    },
  ),
  'repository.host_key_changed': event(
    'Its host presented other keys than the pinned ones. oCore sends nothing to it until somebody accepts one of them.',
    z.strictObject({ hostKeys, presentedHostKeys: hostKeys }),
    { hostKeys: [key], presentedHostKeys: [changedKey] },
  ),
  'repository.host_key_accepted': event('Somebody accepted a changed host key.', z.strictObject({ hostKeys }), {
    hostKeys: [changedKey],
  }),
  'repository.deploy_key_regenerated': event('It has another deploy key, which its host must be given.', publicKey, {
    publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop ocore',
  }),
  'repository.webhook_secret_regenerated': event(
    'It has another webhook secret. Pushes with the one before are refused.',
  ),
  'branch_mapping.created': event('A mapping of branches to an environment was added.', mapping, mapped),
  'branch_mapping.updated': event('A mapping of branches to an environment was changed.', mapping, mapped),
  'branch_mapping.deleted': event('A mapping of branches to an environment was deleted.'),
} satisfies Record<`repository.${string}` | `branch_mapping.${string}`, EventType>;
