import { expect } from 'vitest';
import { Client } from '../kit/client.ts';
import { at, operations } from '../kit/contract.ts';
import { it } from '../kit/fixtures.ts';
import { Ocore } from '../kit/ocore.ts';
import { tellAccount, tellAccountEnd, tellSshKeys } from './told/account.ts';
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
import { password, type Scene } from './told/scene.ts';
import { Story } from './told/story.ts';

/** The documented successes that are not told here, and why. */
const untold: Readonly<Record<string, string>> = {
  'POST /admin/settings/test-mail 200':
    'It needs the mail server of the settings; test/admin/settings.test.ts has one.',
  'GET /instances/{id}/logs 200': 'Its lines are read from a container on the instance’s server, which needs Docker.',
};

// What GitHub answers for the documented user: two good keys and a weak one.
const blob = (letter: string): string => `AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)}`;
it.override('keysAtGithub', [`ssh-ed25519 ${blob('A')}`, `ssh-ed25519 ${blob('B')}`, 'ssh-dss AAAAB3NzaC1kc3M']);
it.override('env', ({ google, githubKeys }) => ({ OCORE_ROLE: 'gateway', ...google.env, ...githubKeys.env }));
it.override('ownerName', 'admin');

const story = new Story();

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
  await tellRegistries(scene, ada);
  await tellWebhooks(scene, ada);
  await tellApiKeys(scene, ada);
  await tellFleetEnd(scene, ada);
  await tellOrganizationEnd(scene, ada);
  await tellInstallation(scene, ada);
  await tellAccountEnd(scene);
  expect(story.problems).toEqual([]);
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
