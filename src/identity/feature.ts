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
