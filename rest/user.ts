import type { Route } from './route.ts';

const category = 'User';
const user = 'id email emailVerified name avatarUrl isAdmin hasPassword totpEnabled recoveryCodesLeft lastLoginAt createdAt';
const passkey = 'id deviceName transport backupEligible backupState createdAt lastUsedAt';
const session = 'id deviceName userAgent ipAddress method strong current createdAt lastSeenAt expiresAt';
const sshKey = 'id label publicKey keyType fingerprint warning createdAt lastUsedAt';
const page = 'pageInfo { hasNextPage endCursor }';

export const userRoutes: readonly Route[] = [
  { method: 'get', path: '/user', category, summary: 'Get the signed-in user', document: `{ me { ${user} } }`, answer: { as: 'object' } },
  { method: 'patch', path: '/user', category, summary: 'Change name and picture', document: `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { ${user} } }`, answer: { as: 'object' } },
  { method: 'delete', path: '/user', category, summary: 'Delete the account', document: 'mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) }', answer: { as: 'nothing' } },
  { method: 'post', path: '/user/totp/setup', category, summary: 'Start the enrolment of an authenticator app', document: 'mutation ($password: String) { setUpTotp(password: $password) { secret otpauthUri qrSvg } }', body: ['password'], answer: { as: 'object' } },
  { method: 'post', path: '/user/totp/enable', category, summary: 'Turn two-factor authentication on', document: 'mutation ($code: String!) { enableTotp(code: $code) { recoveryCodes } }', body: ['code'], answer: { as: 'object' } },
  { method: 'post', path: '/user/totp/disable', category, summary: 'Turn two-factor authentication off', document: 'mutation ($input: DisableTotpInput!) { disableTotp(input: $input) }', answer: { as: 'message', message: 'Two-factor authentication is off' } },
  { method: 'post', path: '/user/totp/recovery-codes', category, summary: 'Create new recovery codes', document: 'mutation ($code: String!) { renewRecoveryCodes(code: $code) { recoveryCodes } }', body: ['code'], answer: { as: 'object' } },
  { method: 'get', path: '/user/passkeys', category, summary: 'List passkeys', document: `query ($first: Int, $after: String) { myPasskeys(first: $first, after: $after) { nodes { ${passkey} } ${page} } }`, answer: { as: 'list' } },
  { method: 'post', path: '/user/passkeys/register/begin', category, summary: 'Start the registration of a passkey', document: 'mutation ($device_name: String, $password: String) { beginPasskeyRegistration(deviceName: $device_name, password: $password) { publicKey } }', body: ['device_name', 'password'], answer: { as: 'object' } },
  { method: 'post', path: '/user/passkeys/register/finish', category, summary: 'Register a passkey', document: `mutation ($input: JSON!, $deviceName: String) { finishPasskeyRegistration(response: $input, deviceName: $deviceName) { ${passkey} } }`, answer: { as: 'object', status: 201 } },
  { method: 'patch', path: '/user/passkeys/{id}', category, summary: 'Rename a passkey', document: `mutation ($id: ID!, $device_name: String!) { renamePasskey(id: $id, deviceName: $device_name) { ${passkey} } }`, body: ['device_name'], answer: { as: 'object' } },
  { method: 'delete', path: '/user/passkeys/{id}', category, summary: 'Remove a passkey', document: 'mutation ($id: ID!, $password: String) { deletePasskey(id: $id, password: $password) }', body: ['password'], answer: { as: 'nothing' } },
  { method: 'get', path: '/user/sessions', category, summary: 'List sessions', document: `query ($first: Int, $after: String) { mySessions(first: $first, after: $after) { nodes { ${session} } ${page} } }`, answer: { as: 'list' } },
  { method: 'delete', path: '/user/sessions', category, summary: 'End all other sessions', document: 'mutation { endOtherSessions }', answer: { as: 'nothing' } },
  { method: 'delete', path: '/user/sessions/{id}', category, summary: 'End a session', document: 'mutation ($id: ID!) { endSession(id: $id) }', answer: { as: 'nothing' } },
  { method: 'get', path: '/user/ssh-keys', category, summary: 'List SSH keys', document: `query ($first: Int, $after: String) { mySshKeys(first: $first, after: $after) { nodes { ${sshKey} } ${page} } }`, answer: { as: 'list' } },
  { method: 'post', path: '/user/ssh-keys', category, summary: 'Add an SSH key', document: `mutation ($input: AddSshKeyInput!) { addSshKey(input: $input) { ${sshKey} } }`, answer: { as: 'object', status: 201 } },
  { method: 'post', path: '/user/ssh-keys/import-github', category, summary: 'Import the SSH keys of a GitHub user', document: 'mutation ($githubUsername: String!) { importGithubSshKeys(githubUsername: $githubUsername) { imported skipped } }', body: ['githubUsername'], answer: { as: 'object' } },
  { method: 'patch', path: '/user/ssh-keys/{id}', category, summary: 'Rename an SSH key', document: `mutation ($id: ID!, $label: String!) { renameSshKey(id: $id, label: $label) { ${sshKey} } }`, body: ['label'], answer: { as: 'object' } },
  { method: 'delete', path: '/user/ssh-keys/{id}', category, summary: 'Delete an SSH key', document: 'mutation ($id: ID!) { deleteSshKey(id: $id) }', answer: { as: 'nothing' } },
  { method: 'post', path: '/user/change-email', category, summary: 'Change the e-mail address', document: 'mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) }', answer: { as: 'message', message: 'A confirmation e-mail has been sent to the new address' }, errors: ['reauthentication_required', 'invalid_credentials'] },
  { method: 'post', path: '/user/change-password', category, summary: 'Change the password', document: 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }', answer: { as: 'message', message: 'The password is changed' }, errors: ['reauthentication_required', 'invalid_credentials'] },
  { method: 'get', path: '/user/connected-accounts', category, summary: 'List the connected accounts', document: '{ connectedAccounts { hasPassword accounts { provider email name avatarUrl createdAt } } }', answer: { as: 'object' } },
  { method: 'delete', path: '/user/connected-accounts/{provider}', category, summary: 'Disconnect a provider\'s account', document: 'mutation ($provider: String!) { disconnectAccount(provider: $provider) }', answer: { as: 'message', message: 'The account is disconnected' } },
];
