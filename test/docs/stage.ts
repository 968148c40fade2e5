import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import emulators, { AuthenticatorEmulator, PasskeysCredentialsMemoryRepository } from 'nid-webauthn-emulator';
import { BrowserClient } from '../kit/browser.ts';
import { Client } from '../kit/client.ts';
import { activate, endOperations, fleetOf, settle } from '../kit/fleet-rows.ts';
import type { IdentityProvider } from '../kit/identity-provider.ts';
import { nowhere } from '../kit/nowhere.ts';
import { oathtool } from '../kit/oathtool.ts';
import type { Ocore } from '../kit/ocore.ts';
import { addBackup, addDeployment, addWebhook } from '../kit/two-orgs.ts';
import { WorkerProcess } from '../kit/worker.ts';
import type { Guide } from './guide.ts';

export type Variables = Record<string, string>;

const authenticator = new emulators.default(
  new AuthenticatorEmulator({ credentialsRepository: new PasskeysCredentialsMemoryRepository() }),
);

/** What a guide takes for granted, by the word `needs` at its head. */
export async function given(ocore: Ocore, guide: Guide, owner: Client): Promise<Variables> {
  // An address signs up once; the guides do it over both.
  await ocore.sql(
    "UPDATE users SET email = id || '@example.com' WHERE email IN ('ada@example.com', 'grace@example.com')",
  );
  switch (guide.needs) {
    case undefined:
      return {};
    case 'account':
      // Signed in twice: here and, later, on another device.
      await new Client(ocore.url, null, null).post('/auth/login', { email: owner.email, password: 'correct horse 1' });
      await ocore.sql("UPDATE users SET email = 'ada@example.com' WHERE email = $1", [owner.email]);
      return {};
    case 'administrator':
      await ocore.sql('UPDATE users SET is_admin = true WHERE email = $1', [owner.email]);
      await ocore.strengthen(owner.email);
      return { OPERATION_ID: (await fleetOf(ocore, owner)).OPERATION_ID };
    case 'colleague': {
      const grace = await ocore.owner('grace');
      await ocore.sql("UPDATE users SET email = 'grace@example.com' WHERE email = $1", [grace.email]);
      return {
        GRACE_TOKEN: grace.token ?? '',
        DEVELOPER: await owner.roleId('Developer'),
        VIEWER: await owner.roleId('Viewer'),
      };
    }
    case 'member': {
      const member = await ocore.member(owner, 'Viewer');
      const project = await owner.post('/projects', { name: 'ERP' });
      return {
        MEMBER_ID: await owner.memberIdOf(member.email),
        MEMBER_TOKEN: member.token ?? '',
        PROJECT_ID: project.text('id'),
      };
    }
    case 'project':
      return { PROJECT_ID: (await owner.post('/projects', { name: 'ERP' })).text('id') };
    case 'projects':
      for (const name of ['Europe', 'Asia']) await owner.post('/projects', { name });
      return { PROJECT_ID: (await owner.post('/projects', { name: 'Africa' })).text('id') };
    case 'instance':
      return { ...(await fleetOf(ocore, owner)) };
    case 'servers': {
      const fleet = await fleetOf(ocore, owner);
      const other = await owner.post('/servers', { name: 'berlin-2', ...nowhere, sshPassword: 'secret' });
      await activate(ocore, other.text('id'));
      return { ...fleet, OTHER_SERVER_ID: other.text('id') };
    }
    case 'backup': {
      const fleet = await fleetOf(ocore, owner);
      await settle(ocore, fleet.INSTANCE_ID);
      const place = { environmentId: fleet.ENVIRONMENT_ID, instanceId: fleet.INSTANCE_ID };
      const { backup } = await addBackup(ocore, owner, place, 'kept');
      return { ...fleet, BACKUP_ID: backup ?? '' };
    }
    case 'deployment': {
      const fleet = await fleetOf(ocore, owner);
      await owner.post(`/projects/${fleet.PROJECT_ID}/repositories`, { repositoryUrl: 'git@github.com:acme/erp.git' });
      const place = { environmentId: fleet.ENVIRONMENT_ID, instanceId: fleet.INSTANCE_ID };
      const { backup } = await addBackup(ocore, owner, place, 'deployed');
      const earlier = await addDeployment(ocore, fleet.INSTANCE_ID);
      const serving = await addDeployment(ocore, fleet.INSTANCE_ID);
      await ocore.sql('UPDATE deployments SET snapshot_id = $2, previous_id = $3 WHERE id = $1', [
        ...[serving, backup, earlier],
      ]);
      await ocore.sql('UPDATE instances SET deployment_id = $2 WHERE id = $1', [fleet.INSTANCE_ID, serving]);
      return { ...fleet, EARLIER_ID: earlier };
    }
    case 'delivery': {
      const { webhookDelivery } = await addWebhook(ocore, owner, 'delivered');
      await ocore.sql("UPDATE webhook_endpoints SET active = true WHERE url = 'https://delivered.example.com/hook'");
      const attempt = {
        at: new Date().toISOString(),
        status: 503,
        headers: {},
        body: 'later',
        durationMs: 41,
        error: null,
      };
      await ocore.sql('UPDATE webhook_deliveries SET attempt_count = 1, attempts = $2::jsonb WHERE id = $1', [
        webhookDelivery,
        JSON.stringify([attempt]),
      ]);
      return { DELIVERY_ID: webhookDelivery ?? '' };
    }
    case 'server': {
      const fleet = await fleetOf(ocore, owner);
      // A server can be removed only without instances.
      await ocore.sql("UPDATE instances SET status = 'removed' WHERE id = $1", [fleet.INSTANCE_ID]);
      return { ...fleet };
    }
    default:
      throw new Error(`Nothing knows how to give ${guide.needs}`);
  }
}

/** What a host presents instead of its pinned key. */
const newHostKey = {
  type: 'ssh-ed25519',
  key: 'AAAA',
  fingerprint: 'SHA256:FylsK2MLx2p0Q7mZs9Rk4TtYwVbN1cDfGhJjLlPpQ3s',
};

/** As if all operations on backups had ended. */
async function endBackups(ocore: Ocore): Promise<void> {
  await ocore.sql(
    "UPDATE operations SET status = 'failed', finished_at = now() WHERE resource_type = 'backup' AND status IN ('queued', 'running')",
  );
  await ocore.sql("UPDATE backups SET status = 'failed' WHERE status IN ('pending', 'running')");
}

/** The token of the newest letter. */
async function newestLetter(ocore: Ocore): Promise<Variables> {
  const [mail] = await ocore.sql<{ recipient: string }>('SELECT recipient FROM mails ORDER BY id DESC LIMIT 1');
  return { EMAIL_TOKEN: await ocore.invitationTo(mail?.recipient ?? '') };
}

/** The letter with which to set a new password, which only a worker writes. */
async function resetLetter(ocore: Ocore): Promise<Variables> {
  const worker = new WorkerProcess(ocore);
  try {
    while ((await ocore.sql("SELECT 1 FROM one_time_tokens WHERE purpose = 'reset_request'")).length > 0)
      await sleep(100);
  } finally {
    await worker.kill();
  }
  return newestLetter(ocore);
}

/** What a browser gives for the options of a passkey, to register or to sign in. */
function credential(ocore: Ocore, options: string): Variables {
  const origin = ocore.url.replace('127.0.0.1', 'localhost');
  const made = options.includes('"rp"')
    ? authenticator.createJSON(origin, JSON.parse(options))
    : authenticator.getJSON(origin, JSON.parse(options));
  return { CREDENTIAL: JSON.stringify(made) };
}

/** Somebody signs in with Google in the browser, for a program that listens at 7777. */
async function signedInAtGoogle(ocore: Ocore, google: IdentityProvider): Promise<Variables> {
  google.person = {
    id: randomBytes(8).toString('hex'),
    email: 'ada@example.com',
    emailVerified: true,
    name: 'Ada Lovelace',
  };
  const verifier = randomBytes(32).toString('base64url');
  const browser = new BrowserClient(ocore.url);
  const start = `${ocore.url}/api/auth/oauth/google?redirect_uri=http://127.0.0.1:7777/done&code_challenge=${createHash('sha256').update(verifier).digest('base64url')}`;
  const { address } = await browser.follow(await browser.get(start), start, 'http://127.0.0.1:7777/');
  return { CODE: new URL(address).searchParams.get('code') ?? '', CODE_VERIFIER: verifier };
}

/** The signed-in person agrees to connect a Google account. */
async function connectGoogle(ocore: Ocore, google: IdentityProvider, owner: Client): Promise<Variables> {
  google.person = {
    id: randomBytes(8).toString('hex'),
    email: 'ada@gmail.example',
    emailVerified: true,
    name: 'Ada Lovelace',
  };
  const browser = new BrowserClient(ocore.url);
  const page = await browser.get((await owner.post('/auth/oauth/google/link')).text('url'));
  await browser.follow(await browser.submit(page), ocore.url, `${ocore.url}/?`);
  return {};
}

/** Brings about what a block says must be so before it; gives the variables that come with it. */
export async function prepare(
  ocore: Ocore,
  google: IdentityProvider,
  before: string | undefined,
  variables: Variables,
): Promise<Variables> {
  const operation = variables['OPERATION_ID'] ?? '';
  const owner = new Client(ocore.url, variables['TOKEN'] ?? '', variables['ORG'] ?? '');
  switch (before) {
    case undefined:
      return {};
    case 'activeServer':
      await activate(ocore, variables['SERVER_ID'] ?? '');
      return {};
    case 'unreachableServer':
      await ocore.sql(
        "UPDATE operations SET status = 'failed', finished_at = now() WHERE server_id = $1 AND status IN ('queued', 'running')",
        [variables['SERVER_ID']],
      );
      await ocore.sql("UPDATE servers SET status = 'unreachable' WHERE id = $1", [variables['SERVER_ID']]);
      return {};
    case 'changedHostKey':
      await activate(ocore, variables['SERVER_ID'] ?? '');
      await ocore.sql(
        "UPDATE servers SET status = 'unreachable', presented_fingerprint = 'SHA256:FylsK2MLx2p0Q7mZs9Rk4TtYwVbN1cDfGhJjLlPpQ3s' WHERE id = $1",
        [variables['SERVER_ID']],
      );
      return {};
    case 'running':
      await settle(ocore, variables['INSTANCE_ID'] ?? '');
      return {};
    case 'endedDeployment':
      await ocore.sql("UPDATE deployments SET status = 'succeeded', completed_at = now() WHERE id = $1", [
        variables['DEPLOYMENT_ID'],
      ]);
      return {};
    case 'waitingDeployment':
      await ocore.sql(
        "UPDATE deployments SET status = 'queued', operation_id = NULL, completed_at = NULL WHERE id = $1",
        [variables['DEPLOYMENT_ID']],
      );
      return {};
    case 'noLiveBackup':
      await endBackups(ocore);
      return {};
    case 'readRepository':
    case 'changedRepositoryHost':
      await endOperations(ocore, variables['REPOSITORY_ID'] ?? '');
      await ocore.sql("UPDATE repositories SET status = 'valid', presented_host_keys = $2 WHERE id = $1", [
        variables['REPOSITORY_ID'],
        JSON.stringify(before === 'readRepository' ? [] : [newHostKey]),
      ]);
      return {};
    case 'neverProvisioned':
      await endOperations(ocore, variables['INSTANCE_ID'] ?? '');
      await ocore.sql("UPDATE instances SET status = 'failed', provisioned_at = NULL WHERE id = $1", [
        variables['INSTANCE_ID'],
      ]);
      return {};
    case 'runningOperation':
      await ocore.sql("UPDATE operations SET status = 'running', finished_at = NULL WHERE id = $1", [operation]);
      return {};
    case 'failedOperation':
      await endOperations(ocore, variables['INSTANCE_ID'] ?? '');
      await ocore.sql("UPDATE operations SET status = 'failed', cancel_requested = false WHERE id = $1", [operation]);
      await ocore.sql("UPDATE instances SET status = 'failed' WHERE id = $1", [variables['INSTANCE_ID']]);
      return {};
    case 'signedInAtGoogle':
      return signedInAtGoogle(ocore, google);
    case 'googleConnected':
      return connectGoogle(ocore, google, owner);
    case 'letter':
      return newestLetter(ocore);
    case 'resetLetter':
      return resetLetter(ocore);
    case 'invited':
      await owner.post('/members/invite', { email: 'grace@example.com', roleId: variables['DEVELOPER'] });
      return newestLetter(ocore);
    case 'code':
      // Each code is good once, and the next one comes only after half a minute.
      await ocore.sql('UPDATE users SET totp_last_step = NULL');
      return { CODE: oathtool(variables['SECRET'] ?? '') };
    case 'credential':
      return credential(ocore, variables['OPTIONS'] ?? '');
    default:
      throw new Error(`Nothing knows how to bring about ${before}`);
  }
}
