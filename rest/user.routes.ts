import { z } from 'zod';
import { deleteAccountInput } from '../src/accounts/index.ts';
import { beginPasskeyRegistrationInput, changeEmailInput, changePasswordInput, disableTotpInput, finishPasskeyRegistrationInput, githubKeysInput, passkeyNameInput, passwordInput, profileInput, sshKeyInput, totpCodeInput } from '../src/identity/index.ts';
import { auditEntryFields } from './audit.routes.ts';
import { type Category, type Examples, filter, type Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const category = 'User';
const account = 'id email emailVerified name avatarUrl isAdmin hasPassword totpEnabled recoveryCodesLeft lastLoginAt createdAt impersonatedBy { userId name reason expiresAt }';
const passkey = 'id deviceName transport backupEligible backupState createdAt lastUsedAt';
const session = 'id deviceName userAgent ipAddress method strong current impersonationReason createdAt lastSeenAt expiresAt';
const sshKey = 'id label publicKey keyType fingerprint warning createdAt lastUsedAt';
const page = 'pageInfo { hasNextPage endCursor }';

const routes: readonly Route[] = [
  { method: 'get', path: '/user', category, summary: 'Get the signed-in user', document: `{ me { ${account} } }`, answer: { as: 'object' } },
  { method: 'patch', path: '/user', category, summary: 'Change name and picture', document: `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { ${account} } }`, answer: { as: 'object' } },
  { method: 'delete', path: '/user', category, summary: 'Delete the account', document: 'mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) }', answer: { as: 'nothing' }, errors: ['reauthentication_required', 'invalid_credentials'] },
  {
    method: 'post',
    path: '/user/totp/setup',
    category,
    summary: 'Start the enrolment of an authenticator app',
    document: 'mutation ($password: String) { setUpTotp(password: $password) { secret otpauthUri qrSvg } }',
    body: ['password'],
    answer: { as: 'object' },
    errors: ['reauthentication_required', 'invalid_credentials'],
  },
  { method: 'post', path: '/user/totp/enable', category, summary: 'Turn two-factor authentication on', document: 'mutation ($code: String!) { enableTotp(code: $code) { recoveryCodes } }', body: ['code'], answer: { as: 'object' }, errors: ['invalid_credentials'] },
  {
    method: 'post',
    path: '/user/totp/disable',
    category,
    summary: 'Turn two-factor authentication off',
    document: 'mutation ($input: DisableTotpInput!) { disableTotp(input: $input) }',
    answer: { as: 'message', message: 'Two-factor authentication is off' },
    errors: ['reauthentication_required', 'invalid_credentials'],
  },
  { method: 'post', path: '/user/totp/recovery-codes', category, summary: 'Create new recovery codes', document: 'mutation ($code: String!) { renewRecoveryCodes(code: $code) { recoveryCodes } }', body: ['code'], answer: { as: 'object' }, errors: ['invalid_credentials'] },
  { method: 'get', path: '/user/passkeys', category, summary: 'List passkeys', document: `query ($first: Int, $after: String) { myPasskeys(first: $first, after: $after) { nodes { ${passkey} } ${page} } }`, answer: { as: 'list' } },
  {
    method: 'post',
    path: '/user/passkeys/register/begin',
    category,
    summary: 'Start the registration of a passkey',
    document: 'mutation ($device_name: String, $password: String) { beginPasskeyRegistration(deviceName: $device_name, password: $password) { publicKey } }',
    body: ['device_name', 'password'],
    answer: { as: 'object' },
    errors: ['reauthentication_required', 'invalid_credentials'],
  },
  { method: 'post', path: '/user/passkeys/register/finish', category, summary: 'Register a passkey', document: `mutation ($input: JSON!, $deviceName: String) { finishPasskeyRegistration(response: $input, deviceName: $deviceName) { ${passkey} } }`, answer: { as: 'object', status: 201 } },
  { method: 'patch', path: '/user/passkeys/{id}', category, summary: 'Rename a passkey', document: `mutation ($id: ID!, $device_name: String!) { renamePasskey(id: $id, deviceName: $device_name) { ${passkey} } }`, body: ['device_name'], answer: { as: 'object' } },
  { method: 'delete', path: '/user/passkeys/{id}', category, summary: 'Remove a passkey', document: 'mutation ($id: ID!, $password: String) { deletePasskey(id: $id, password: $password) }', body: ['password'], answer: { as: 'nothing' }, errors: ['reauthentication_required', 'invalid_credentials'] },
  { method: 'get', path: '/user/sessions', category, summary: 'List sessions', document: `query ($first: Int, $after: String) { mySessions(first: $first, after: $after) { nodes { ${session} } ${page} } }`, answer: { as: 'list' } },
  { method: 'delete', path: '/user/sessions', category, summary: 'End all other sessions', document: 'mutation { endOtherSessions }', answer: { as: 'nothing' } },
  { method: 'delete', path: '/user/sessions/{id}', category, summary: 'End a session', document: 'mutation ($id: ID!) { endSession(id: $id) }', answer: { as: 'nothing' } },
  {
    method: 'get',
    path: '/user/security-log',
    category,
    summary: 'List the events of the account',
    document: `query ($first: Int, $after: String, $action: String, $search: String, $startDate: DateTime, $endDate: DateTime) { mySecurityLog(first: $first, after: $after, action: $action, search: $search, startDate: $startDate, endDate: $endDate) { nodes { ${auditEntryFields} } ${page} } }`,
    answer: { as: 'list' },
  },
  { method: 'delete', path: '/user/impersonation', category, summary: 'End the impersonation of this request', document: 'mutation { endImpersonation }', answer: { as: 'nothing' } },
  { method: 'get', path: '/user/ssh-keys', category, summary: 'List SSH keys', document: `query ($first: Int, $after: String) { mySshKeys(first: $first, after: $after) { nodes { ${sshKey} } ${page} } }`, answer: { as: 'list' } },
  { method: 'post', path: '/user/ssh-keys', category, summary: 'Add an SSH key', document: `mutation ($input: AddSshKeyInput!) { addSshKey(input: $input) { ${sshKey} } }`, answer: { as: 'object', status: 201 } },
  { method: 'post', path: '/user/ssh-keys/import-github', category, summary: 'Import the SSH keys of a GitHub user', document: 'mutation ($githubUsername: String!) { importGithubSshKeys(githubUsername: $githubUsername) { imported skipped } }', body: ['githubUsername'], answer: { as: 'object' } },
  { method: 'patch', path: '/user/ssh-keys/{id}', category, summary: 'Rename an SSH key', document: `mutation ($id: ID!, $label: String!) { renameSshKey(id: $id, label: $label) { ${sshKey} } }`, body: ['label'], answer: { as: 'object' } },
  { method: 'delete', path: '/user/ssh-keys/{id}', category, summary: 'Delete an SSH key', document: 'mutation ($id: ID!) { deleteSshKey(id: $id) }', answer: { as: 'nothing' } },
  {
    method: 'post',
    path: '/user/change-email',
    category,
    summary: 'Change the e-mail address',
    document: 'mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) }',
    answer: { as: 'message', message: 'A confirmation e-mail has been sent to the new address' },
    errors: ['reauthentication_required', 'invalid_credentials'],
  },
  { method: 'post', path: '/user/change-password', category, summary: 'Change the password', document: 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }', answer: { as: 'message', message: 'The password is changed' }, errors: ['reauthentication_required', 'invalid_credentials'] },
  { method: 'get', path: '/user/connected-accounts', category, summary: 'List the connected accounts', document: '{ connectedAccounts { hasPassword accounts { provider email name avatarUrl createdAt } } }', answer: { as: 'object' } },
  { method: 'delete', path: '/user/connected-accounts/{provider}', category, summary: "Disconnect a provider's account", document: 'mutation ($provider: String!) { disconnectAccount(provider: $provider) }', answer: { as: 'message', message: 'The account is disconnected' } },
];

const own = { passkey: '0197a1f0-91c4-7a3d-8f52-2e6b4d9c7a54', session: '0197a1f0-5c1e-7b6a-9d55-3f2a8c41e0b7', sshKey: '0197a1f0-b3e5-7c4f-a061-7d8c5e2b9f65' };

const examples: Examples = {
  '/user/passkeys/{id}': own.passkey,
  'Passkey.id': own.passkey,
  '/user/sessions/{id}': own.session,
  'Session.id': own.session,
  '/user/ssh-keys/{id}': own.sshKey,
  'SshKey.id': own.sshKey,
  '/user/connected-accounts/{provider}': 'github',
  'User.id': ids.user,
  'User.name': 'Ada Lovelace',
  'UpdateProfileInput.name': 'Ada Lovelace',
  recoveryCodesLeft: 8,
  emailVerified: true,
  hasPassword: true,
  totpEnabled: true,
  confirmEmail: 'ada@example.com',
  newEmail: 'ada@example.org',
  currentPassword: 'correct horse 1',
  newPassword: 'correct horse 2',
  secret: 'APPAQPCPNT74HNU34JCQGKU2WQUNYQMI',
  otpauthUri: 'otpauth://totp/oCore:ada%40example.com?secret=APPAQPCPNT74HNU34JCQGKU2WQUNYQMI&issuer=oCore',
  qrSvg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 57 57" shape-rendering="crispEdges"></svg>',
  recoveryCodes: ['O26Y-RL7Z-TZKE-JFUV', '75OC-GFK7-BWMO-53VO', 'EJYM-EPO3-KGZT-D5TI', 'GNM5-JALM-RQ63-YH2B', 'YHLL-N3AV-2SXP-TD4F', 'XNIJ-BLSA-QSGK-YGLV', 'XGU7-OHMQ-S264-HWTR', 'CRET-PA3H-2GNJ-KRQZ'],
  'beginPasskeyRegistration.publicKey': {
    challenge: 'b2NvcmVfdF9hSXhuTk91ZTNBSFVac2Jad0JUamJjMDlfalZqZzBMWThqamhRTzY3SnVr',
    rp: { name: 'oCore', id: 'ocore.example.com' },
    user: { id: 'MDE5N2ExZTgtMmY0ZC03YzMxLThhNTItNmIwZjlkN2U0YzEw', name: 'ada@example.com', displayName: 'Ada Lovelace' },
    pubKeyCredParams: [
      { alg: -8, type: 'public-key' },
      { alg: -7, type: 'public-key' },
      { alg: -257, type: 'public-key' },
    ],
    timeout: 300_000,
    attestation: 'none',
    excludeCredentials: [],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required', requireResidentKey: true },
    extensions: { credProps: true },
    hints: [],
  },
  'finishPasskeyRegistration.response': {
    id: 'YIpIpvFV7ktnNB7T7TKilg',
    rawId: 'YIpIpvFV7ktnNB7T7TKilg',
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0', attestationObject: 'o2NmbXRkbm9uZQ', transports: ['internal'] },
  },
  'Passkey.deviceName': 'MacBook',
  'finishPasskeyRegistration.lastUsedAt': null,
  deviceName: 'MacBook',
  device_name: 'MacBook',
  transport: ['internal'],
  backupEligible: true,
  backupState: true,
  'Session.deviceName': 'Firefox on Linux',
  method: 'password',
  strong: true,
  current: true,
  label: 'laptop',
  'AddSshKeyInput.publicKey': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c ada@laptop',
  'SshKey.publicKey': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c',
  'SshKey.lastUsedAt': null,
  'SshKey.fingerprint': 'SHA256:fe85JkIjo8VPe+XqXJGH5Mau1EMFdK1OdKvJUFicyA8',
  keyType: 'ssh-ed25519',
  warning: null,
  imported: 2,
  skipped: 1,
  githubUsername: 'octocat',
  'ConnectedAccount.name': 'Ada Lovelace',
  'ConnectedAccount.provider': 'github',
};

const parsers: Parsers = {
  mySecurityLog: z.object({ action: filter, search: filter }),
  AddSshKeyInput: sshKeyInput,
  ChangeEmailInput: changeEmailInput,
  ChangePasswordInput: changePasswordInput,
  DeleteAccountInput: deleteAccountInput,
  DisableTotpInput: disableTotpInput,
  UpdateProfileInput: profileInput,
  beginPasskeyRegistration: beginPasskeyRegistrationInput,
  deletePasskey: passwordInput,
  enableTotp: totpCodeInput,
  finishPasskeyRegistration: finishPasskeyRegistrationInput,
  importGithubSshKeys: githubKeysInput,
  renamePasskey: passkeyNameInput,
  renameSshKey: sshKeyInput.pick({ label: true }),
  renewRecoveryCodes: totpCodeInput,
  setUpTotp: passwordInput,
};

export default { routes, examples, parsers } satisfies Category;
