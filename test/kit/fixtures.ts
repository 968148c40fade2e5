import { test } from 'vitest';
import { Client } from './client.ts';
import { Mailbox } from './mailbox.ts';
import { Ocore } from './ocore.ts';

/** What a row of `it.for` asks with: its test hands it over. */
export interface Fixtures {
  ocore: Ocore;
  owner: Client;
}

const defaults: Record<string, string> = {};

/**
 * What most test files work with. A test that names one of these gets it; it is made for the first that does, and is the
 * same for the whole file: `it.override('env', { OCORE_ROLE: 'gateway' })` at the top of a file says how it is made.
 */
export const it = test
  /** What the control plane is configured with, beside what every test has. */
  .extend('env', { scope: 'file' }, defaults)
  .extend('ownerName', { scope: 'file' }, 'owner')
  .extend('mailboxUp', { scope: 'file' }, true)
  /** A mail server. The control plane sends to it in files that say `it.override('env', ({ mailbox }) => mailbox.env)`. */
  .extend('mailbox', { scope: 'file' }, async ({ mailboxUp }, { onCleanup }) => {
    const mailbox = await Mailbox.start({ up: mailboxUp });
    onCleanup(() => mailbox.down());
    return mailbox;
  })
  /** The control plane. It is stopped after the file's own `afterAll`. */
  .extend('ocore', { scope: 'file' }, async ({ env }, { onCleanup }) => {
    const ocore = await Ocore.start(env);
    onCleanup(() => ocore.stop());
    return ocore;
  })
  /** Somebody with an organization. The first account of a control plane, which this one usually is, is its administrator. */
  .extend('owner', { scope: 'file' }, ({ ocore, ownerName }) => ocore.owner(ownerName))
  /** Somebody who has not signed in. */
  .extend('anonymous', { scope: 'file' }, ({ ocore }) => new Client(ocore.url, null, null));

// Before the first test, not in its minute: a start takes its time on a busy machine.
it.beforeAll(({ ocore: _started }) => {});
