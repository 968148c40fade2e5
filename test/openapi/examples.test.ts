import { expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { at, operations } from '../kit/contract.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';
import { tellAccount, tellAccountEnd, tellSshKeys } from './told/account.ts';
import { tellBackups, tellDestinations, tellSchedules } from './told/backups.ts';
import { tellClones } from './told/clones.ts';
import { tellPointInTime, tellReplicas } from './told/databases.ts';
import { tellDeployments } from './told/deployments.ts';
import { tellFleetEnd, tellInstances, tellProjects, tellServers } from './told/fleet.ts';
import { tellInstallation } from './told/installation.ts';
import {
  tellApiKeys,
  tellMembers,
  tellOrganization,
  tellOrganizationEnd,
  tellRegistries,
  tellWebhooks,
} from './told/organization.ts';
import { tellProviders } from './told/provider.ts';
import { tellRepositories } from './told/repositories.ts';
import { password, type Scene } from './told/scene.ts';
import { tellTransfers } from './told/transfers.ts';
import { Story } from './told/story.ts';

/** The documented successes that are not told here, and why. */
const untold: Readonly<Record<string, string>> = {
  'POST /admin/settings/test-mail 200':
    'It needs the mail server of the settings; test/admin/settings.test.ts has one.',
  'GET /instances/{id}/mails 200':
    'It is read from the mail catcher on the server of a copy; test/clones/clone.test.ts has one.',
  'GET /instances/{id}/mails/{mailId} 200':
    'It is read from the mail catcher on the server of a copy; test/clones/clone.test.ts has one.',
  'DELETE /instances/{id}/mails 200':
    'It is read from the mail catcher on the server of a copy; test/clones/clone.test.ts has one.',
  'DELETE /instances/{id}/mails/{mailId} 200':
    'It is read from the mail catcher on the server of a copy; test/clones/clone.test.ts has one.',
  'GET /instances/{id}/clone 200': 'Only a worker makes a copy; test/clones/clone.test.ts has one.',
  'GET /transfers/{id}/content 200': 'Its bytes are on the instance’s server; test/transfers/odoo.test.ts reads them.',
  'GET /transfers/{id}/content 206': 'The same.',
  'PATCH /transfers/{id}/content 204': 'The same.',
  'GET /backups/{id}/files 200': 'They are read from the backup itself; test/restores/restore.test.ts has some.',
  'GET /backups/{id}/files/content 200': 'The same.',
  'GET /backups/{id}/files/content 206': 'The same.',
  'GET /deployments/{id}/rollback-preview 200': 'It counts the rows that the PostgreSQL of an instance has now.',
  'GET /instances/{id}/logs 200': 'Its lines are read from a container on the instance’s server, which needs Docker.',
  ...Object.fromEntries(
    [
      ...[
        'GET /',
        'GET /tables',
        'GET /queries',
        'GET /backends',
        'GET /locks',
        'GET /users',
        'GET /config',
        'GET /pooler',
      ],
      ...['POST /users', 'POST /query', 'POST /terminate-backend', 'DELETE /users/{name}'],
    ].map((route) => [
      `${route.replace('/', '/instances/{id}/database/').replace(/\/$/, '')} 200`,
      'It is read from the PostgreSQL of an instance; test/instance-databases has one.',
    ]),
  ),
};

/** The changes that are no facts for the audit log, and why. */
const unrecorded: Readonly<Record<string, string>> = {
  'POST /auth/oauth/{provider}/link': 'It begins what the callback records.',
  'POST /auth/passkey/login/begin': 'It begins what the sign-in records.',
  'POST /auth/refresh': 'A session continues; its beginning and its end are recorded.',
  'POST /auth/resend-verification': 'The same e-mail again; the confirmation is recorded.',
  'POST /user/passkeys/register/begin': 'It begins what the registration records.',
  'POST /user/totp/setup': 'It begins what enabling records.',
};

// What GitHub answers for the documented user: two good keys and a weak one.
const blob = (letter: string): string => `AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)}`;
it.override('keysAtGithub', [`ssh-ed25519 ${blob('A')}`, `ssh-ed25519 ${blob('B')}`, 'ssh-dss AAAAB3NzaC1kc3M']);
it.override('env', ({ google, githubKeys }) => ({ OCORE_ROLE: 'gateway', ...google.env, ...githubKeys.env }));
it.override('ownerName', 'admin');

const story = new Story();

/** The routes whose change the audit log has nothing of, and the entries that lack who made it from where with what. */
async function recordedOf(ocore: Ocore): Promise<{ unrecorded: string[]; incomplete: string[] }> {
  const entries = await ocore.sql<{ request_id: string; action: string; isWhole: boolean }>(
    `SELECT request_id, action, (actor_name IS NOT NULL AND ip_address IS NOT NULL AND user_agent IS NOT NULL AND resource_type <> ''
        AND (action !~ '[._](updated|changed)$' OR after_state IS NOT NULL)) AS "isWhole"
      FROM audit_entries WHERE request_id = ANY($1)`,
    [[...story.changes.keys()]],
  );
  const recorded = new Set(entries.map((entry) => story.changes.get(entry.request_id)));
  return {
    unrecorded: [...new Set(story.changes.values())].filter((name) => !recorded.has(name)).sort(),
    incomplete: [...new Set(entries.filter(({ isWhole }) => !isWhole).map(({ action }) => action))].sort(),
  };
}

it('every example of a change can be sent, and its answer is the documented one', { timeout: 300_000 }, async ({
  ocore,
  google,
  anonymous,
  owner: admin,
}) => {
  const scene: Scene = { story, ocore, google, anonymous, admin };
  const ada = await tellAccount(scene);
  await tellSshKeys(scene, ada);
  await tellProviders(scene, ada);
  await tellOrganization(scene, ada);
  await tellProjects(scene, ada);
  await tellMembers(scene, ada);
  await tellServers(scene, ada);
  await tellInstances(scene, ada);
  await tellBackups(scene, ada);
  await tellDestinations(scene, ada);
  await tellSchedules(scene, ada);
  await tellClones(scene, ada);
  await tellTransfers(scene, ada);
  await tellReplicas(scene, ada);
  await tellPointInTime(scene, ada);
  await tellRegistries(scene, ada);
  await tellRepositories(scene, ada);
  await tellDeployments(scene, ada);
  await tellWebhooks(scene, ada);
  await tellApiKeys(scene, ada);
  await tellFleetEnd(scene, ada);
  await tellOrganizationEnd(scene, ada);
  await tellInstallation(scene, ada);
  await tellAccountEnd(scene);
  expect(story.problems).toEqual([]);
  expect(await recordedOf(ocore)).toEqual({ unrecorded: Object.keys(unrecorded).sort(), incomplete: [] });
});

it('so are those that come with a letter', { timeout: 300_000 }, async ({ mailbox }) => {
  const confirming = await Ocore.start({ ...mailbox.env, SIGNUP_CONFIRMATION: 'true' });
  const anonymous = new Client(confirming.url, null, null);
  try {
    // The first account is the administrator's.
    await anonymous.post('/auth/signup', { email: 'admin@example.com', password, name: 'Admin' });
    await anonymous.post('/auth/signup/confirm', { token: (await mailbox.next('admin@example.com')).token, password });
    await story.tell('POST /auth/signup', anonymous);
    await story.tell('POST /auth/signup/confirm', anonymous, {
      body: { token: (await mailbox.next('ada@example.com')).token },
    });
    await story.tell('POST /auth/forgot-password', anonymous);
    await story.tell('POST /auth/reset-password', anonymous, {
      body: { token: (await mailbox.nextAbout('ada@example.com', 'password')).token, password: `${password} new` },
    });
    expect(story.problems).toEqual([]);
  } finally {
    await confirming.stop();
  }
});

it('leaves no success of a route out but those that are listed', () => {
  const all = operations.flatMap(({ method, path, operation }) =>
    Object.keys(at(operation, 'responses'))
      .filter((status) => /^(2..|302)$/.test(status))
      .map((status) => `${method.toUpperCase()} ${path} ${status}`),
  );
  expect(all.filter((name) => !story.told.has(name)).sort()).toEqual(Object.keys(untold).sort());
});
