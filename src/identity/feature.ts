import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { signingKeyOwner } from './signing-keys.ts';
import { totpOwner } from './totp-code.ts';

export const identityFeature: Feature = {
  name: 'identity',
  sealed: [
    recordColumn('signing_keys', 'private_key_enc', signingKeyOwner, 'kid'),
    recordColumn('users', 'totp_secret_enc', totpOwner),
  ],
  nodes: { account: { Passkey: 'passkeys', Session: 'sessions', SshKey: 'ssh_keys' } },
};
