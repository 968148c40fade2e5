import { test } from 'vitest';
import { Client } from './client.ts';
import { freePort } from './free-port.ts';
import { GithubKeys } from './github-keys.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { Mailbox } from './mailbox.ts';
import { Ocore } from './ocore.ts';
import { checkRecordedEvents } from './recorded-events.ts';

const defaults: Record<string, string> = {};
const nobodysKeys: readonly string[] = [];

/** Loaded only where somebody signs in with it: a real provider is a large program. */
async function startProvider(kind: 'google' | 'github', appUrl: string): Promise<IdentityProvider> {
  const module = await import('./identity-provider.ts');
  return module.IdentityProvider.start(kind, appUrl);
}

/**
 * What `kit/fixtures.ts` and `fleet/fixtures.ts` give to tests. Whatever stands beside the control plane has an `env` that
 * tells it so: `it.override('env', ({ google }) => google.env)`.
 */
export const base = test
  /** What the control plane is configured with, beside what every test has. */
  .extend('env', { scope: 'file' }, defaults)
  .extend('ownerName', { scope: 'file' }, 'owner')
  .extend('mailboxUp', { scope: 'file' }, true)
  /** Where the control plane will listen: known before it starts. */
  .extend('port', { scope: 'file' }, () => freePort())
  /** Where identity providers send people back to. Passkeys need a host name: `http://localhost:${port}`. */
  .extend('appUrl', { scope: 'file' }, ({ port }) => `http://127.0.0.1:${port}`)
  /** A mail server. */
  .extend('mailbox', { scope: 'file' }, async ({ mailboxUp }, { onCleanup }) => {
    const mailbox = await Mailbox.start({ up: mailboxUp });
    onCleanup(() => mailbox.down());
    return mailbox;
  })
  .extend('google', { scope: 'file' }, async ({ appUrl }, { onCleanup }) => {
    const provider = await startProvider('google', appUrl);
    onCleanup(() => provider.stop());
    return provider;
  })
  .extend('github', { scope: 'file' }, async ({ appUrl }, { onCleanup }) => {
    const provider = await startProvider('github', appUrl);
    onCleanup(() => provider.stop());
    return provider;
  })
  /** The SSH keys that everybody at GitHub has. */
  .extend('keysAtGithub', { scope: 'file' }, nobodysKeys)
  /** The other part of GitHub, which tells the SSH keys of its users. */
  .extend('githubKeys', { scope: 'file' }, async ({ keysAtGithub }, { onCleanup }) => {
    const keys = await GithubKeys.start(keysAtGithub);
    onCleanup(() => keys.stop());
    return keys;
  })
  /** The control plane. It is stopped after the file's own `afterAll`. */
  .extend('ocore', { scope: 'file' }, async ({ env, port }, { onCleanup }) => {
    const ocore = await Ocore.start({ PORT: String(port), ...env });
    onCleanup(async () => {
      await checkRecordedEvents(ocore).finally(() => ocore.stop());
    });
    return ocore;
  })
  /** Somebody with an organization. The first account of a control plane, which this one usually is, is its administrator. */
  .extend('owner', { scope: 'file' }, ({ ocore, ownerName }) => ocore.owner(ownerName))
  /** Somebody who has not signed in. */
  .extend('anonymous', { scope: 'file' }, ({ ocore }) => new Client(ocore.url, null, null));
