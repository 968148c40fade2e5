import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { signingKeyOwner } from './signing-keys.ts';
import { totpOwner } from './totp-code.ts';
import { requirePerson } from '../access/access.ts';
import { getAccount } from './profile.ts';
import { getPasskey } from './passkeys.ts';
import { getSession } from './session-list.ts';
import { getSshKey } from './ssh-keys.ts';

export const identityFeature: Feature = {
  name: 'identity',
  events: [
    'admin.settings_updated',
    'auth.code_check_failed',
    'auth.email_change_requested',
    'auth.email_change_undone',
    'auth.email_changed',
    'auth.email_verified',
    'auth.login',
    'auth.login_failed',
    'auth.logout',
    'auth.other_sessions_ended',
    'auth.passkey_registered',
    'auth.passkey_removed',
    'auth.passkey_renamed',
    'auth.password_changed',
    'auth.password_check_failed',
    'auth.password_reset',
    'auth.password_reset_requested',
    'auth.profile_updated',
    'auth.recovery_codes_renewed',
    'auth.refresh_reused',
    'auth.session_ended',
    'auth.ssh_key_added',
    'auth.ssh_key_removed',
    'auth.ssh_key_renamed',
    'auth.ssh_keys_imported',
    'auth.totp_disabled',
    'auth.totp_enabled',
  ],
  sealed: [
    recordColumn('signing_keys', 'private_key_enc', signingKeyOwner, 'kid'),
    recordColumn('users', 'totp_secret_enc', totpOwner),
  ],
  nodes: {
    account: {
      Passkey: { table: 'passkeys', get: getPasskey },
      Session: { table: 'sessions', get: getSession },
      SshKey: { table: 'ssh_keys', get: getSshKey },
      User: { table: 'users', owner: 'id', get: (app, access) => getAccount(app, requirePerson(access).userId) },
    },
  },
};
