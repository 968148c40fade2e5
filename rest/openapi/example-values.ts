import type { Json } from './json-schema.ts';

const ids = {
  user: '0197a1e8-2f4d-7c31-8a52-6b0f9d7e4c10',
  organization: '0197a1e8-2f52-7d0e-9b7a-1c4e8f3a5d21',
  server: '0197a1ec-91b3-7e44-a3f0-5d2c7b9e8f32',
  project: '0197a1ed-0c7a-7f58-b1d6-8e3f4a6c9b43',
  environment: '0197a1ed-7d21-7061-8c9e-2a5b7d4f1e54',
  instance: '0197a1ee-3b96-7172-9d0f-4c6e8a1b2f65',
  role: '0197a1e8-2f58-7e1f-8c6b-2d5f9a4b6e32',
  member: '0197a1e8-2f5e-7f20-9d7c-3e6a0b5c7f43',
  operation: '0197a1ee-3b9a-7283-ae21-7f1d3c5b8a76',
};
const passkeyAnswer = { id: 'Zm9vYmFy', rawId: 'Zm9vYmFy', type: 'public-key', clientExtensionResults: {} };
const gib = 1024 ** 3;

/**
 * What the examples say, by `Type.field` or by the field's name alone. Null: nothing there, which leaves an optional
 * field out of the example of a body.
 */
const values: Readonly<Record<string, Json>> = {
  'User.id': ids.user, 'Organization.id': ids.organization, 'Server.id': ids.server, 'Project.id': ids.project,
  'Environment.id': ids.environment, 'Instance.id': ids.instance, 'Operation.id': ids.operation,
  serverId: ids.server, projectId: ids.project, environmentId: ids.environment, operationId: ids.operation, resourceId: ids.instance, retryOfId: null, wait: 30,

  'AuthProvider.name': 'github', 'AuthProvider.title': 'GitHub', newEmail: 'ada@example.org', currentPassword: 'correct horse 1', newPassword: 'correct horse 2',
  'ConnectedAccount.name': 'Ada Lovelace', 'ConnectedAccount.provider': 'github', csrfToken: null, codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', flow: 'login', redirectUri: 'https://app.example.com/signed-in',
  email: 'ada@example.com', password: 'correct horse 1', expiresIn: 3600,
  accessToken: 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTk3YTFlOCJ9.c2lnbmF0dXJl', refreshToken: 'q3v0cUu3gq0iEJv5yq1kz0C8bN2dTt4uV6wX7yZ8aB0',
  'User.name': 'Ada Lovelace', 'SignUpInput.name': 'Ada Lovelace', organizationName: 'Example Manufacturing', organizationSlug: 'example-mfg',
  'Organization.name': 'Example Manufacturing', 'Organization.slug': 'example-mfg',
  login: 'admin@example.com', 'AdminPassword.password': '1e51uiE9EGGMUVk2PEV2',

  partialToken: null, 'LoginSecondFactorInput.partialToken': 'ocore_pt_u3JkQ9xV2bNw', requiresTOTP: false, invitationToken: null, code: '492039', confirmEmail: 'ada@example.com',
  'finishPasskeyLogin.response': { ...passkeyAnswer, response: { clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0', authenticatorData: 'SZYN5YgO', signature: 'MEUCIQD', userHandle: null } },
  'finishPasskeyRegistration.response': { ...passkeyAnswer, response: { clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0', attestationObject: 'o2NmbXRkbm9uZQ', transports: ['internal'] } },
  'PasskeyOptions.publicKey': { challenge: 'q3v0cUu3gq0iEJv5yq1kz0C8bN2dTt4u', rpId: 'ocore.example.com', timeout: 300_000, userVerification: 'required' },
  avatarUrl: 'https://example.com/ada.png', recoveryCodesLeft: 10, emailVerified: true, hasPassword: true, totpEnabled: true, isAdmin: false, isServerAdmin: false, deactivatedAt: null,
  secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', otpauthUri: 'otpauth://totp/oCore:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=oCore', qrSvg: '<svg xmlns="http://www.w3.org/2000/svg"/>', recoveryCodes: ['k7fq-2mzx-9dpa', '4trb-w8nc-1hve'],
  'Passkey.deviceName': 'MacBook', deviceName: 'MacBook', device_name: 'MacBook', transport: ['internal'], backupEligible: true, backupState: true,
  'Session.deviceName': 'Firefox on Linux', userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', ipAddress: '203.0.113.7', method: 'password', strong: true, current: true,
  label: 'laptop', publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq1pYk1cJx7mZs9Rk4TtYwVbN1cDfGhJjLlPpQ3s0Rk ada@laptop', keyType: 'ssh-ed25519', warning: null, imported: 2, skipped: 1, githubUsername: 'octocat',
  logoUrl: 'https://example.com/logo.png', 'AdminOrganization.status': 'active', 'Organization.status': 'active', memberCount: 4, serverCount: 2, instanceCount: 6, orgCount: 1, confirmSlug: 'example-mfg',
  'AdminOrganization.name': 'Example Manufacturing', 'AdminOrganization.slug': 'example-mfg', 'AdminUser.name': 'Ada Lovelace', 'AdminUserInput.name': 'Grace Hopper', 'AdminCreateUserInput.name': 'Grace Hopper',
  auditRetentionDays: 365, requireTwoFactor: true, requirePasskey: false, sessionMaxHours: 12,
  'Member.name': 'Ada Lovelace', 'Person.name': 'Ada Lovelace', 'Profile.name': 'Ada Lovelace', userId: ids.user, roleId: ids.role, 'Role.id': ids.role, memberId: ids.member, 'Member.id': ids.member,
  projectIds: [ids.project], 'ChangeMemberRoleInput.projectIds': null, 'InviteMemberInput.projectIds': null, 'CreateApiKeyInput.projectIds': null, 'ApiKey.projectIds': [], expiresInDays: 7, maxUses: 25, useCount: 3,
  'InviteLink.code': 'Wd7mQ2xKp9', 'acceptInviteLink.code': 'Wd7mQ2xKp9', 'InviteLink.url': 'https://ocore.example.com/join/Wd7mQ2xKp9', 'InviteMemberInput.email': 'grace@example.com', 'Invitation.email': 'grace@example.com', token: 'ocore_inv_u3JkQ9xV2bNw', acceptedAt: null,
  'Permission.id': 'view:servers', 'Permission.action': 'view', 'Permission.resource': 'servers', 'Permission.description': 'See servers and their metrics', inProjects: false,
  permissionIds: ['manage:instances', 'view:servers'], permissions: ['manage:instances', 'view:servers'], 'Role.name': 'Release manager', 'Role.description': 'May change instances', assignmentCount: 2, isSystem: false,
  'ApiKey.name': 'CI', 'ApiKey.key': 'ocore_k_4fT9bQ2mZx7Vw1Kc8Ns5Lp3Rd6Hy0Jg1a2B3c', prefix: 'ocore_k_4fT9', 'ApiKey.status': 'active', allowedIps: ['203.0.113.0/24'], lastUsedIp: '203.0.113.7', expiresAt: '2027-11-24T09:30:00.000Z', overlapEndsAt: null, revokedAt: null, overlapHours: 24,
  'AuditEntry.action': 'project.created', action: 'project.created', 'AuditEntry.resourceType': 'project', 'AuditEntry.resourceId': ids.project, 'AuditEntry.resourceName': 'ERP', userName: 'Ada Lovelace', beforeState: null, afterState: { name: 'ERP', slug: 'erp' },
  queued: 2, running: 5, oldestQueuedSeconds: 3, failedLastDay: 1, mailsWaiting: 0, search: 'ada', 'instances.search': 'erp', 'projects.search': 'erp', 'adminOrganizations.search': 'example',

  'Server.name': 'berlin-1', 'Server.description': 'Hetzner, Falkenstein', 'Server.status': 'active', statusMessage: null,
  host: 'berlin-1.example.com', port: 22, sshUser: 'root', kind: 'ssh', sshPassword: null, dockerSocket: '/var/run/docker.sock', maxSshSessions: 8,
  sshPrivateKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA…\n-----END OPENSSH PRIVATE KEY-----\n',
  hostKeyFingerprint: 'SHA256:FylsK2MLx2p0Q7mZs9Rk4TtYwVbN1cDfGhJjLlPpQ3s', presentedFingerprint: null, fingerprint: 'SHA256:FylsK2MLx2p0Q7mZs9Rk4TtYwVbN1cDfGhJjLlPpQ3s',
  osName: 'Debian GNU/Linux', osVersion: '12', kernel: '6.1.0-28-amd64', architecture: 'x86_64', dockerVersion: '28.2.2',
  cpuCores: 8, ramTotalBytes: 16 * gib, ramUsedBytes: 6 * gib, ramAvailableBytes: 10 * gib, diskTotalBytes: 160 * gib, diskUsedBytes: 40 * gib, diskAvailableBytes: 120 * gib,
  cpuLoad1m: 0.42, cpuLoad5m: 0.37, cpuLoad15m: 0.31, cpuUsagePercent: 5.2, networkRxBytes: 48_211_904, networkTxBytes: 12_884_901, uptimeSeconds: 864_000,

  'Project.name': 'ERP', 'Project.slug': 'erp', 'Project.description': 'The company’s Odoo', odooVersion: '19.0', archivedAt: null,
  'Environment.name': 'production', 'Environment.description': 'What the company works with', 'Environment.type': 'production', 'Environment.deletionProtected': true, branch: 'main',

  'Instance.name': 'ERP production', 'Instance.slug': 'erp-production', 'Instance.status': 'running', image: 'odoo:19.0', 'CreateInstanceInput.image': null, httpPort: 20000, url: 'http://berlin-1.example.com:20000',
  workers: 2, limitMemorySoft: 2 * gib, limitMemoryHard: 2.5 * gib, limitTimeCpu: 600, limitTimeReal: 1200, maxCronThreads: 1, logLevel: 'info',
  language: 'en_US', country: 'BE', modules: ['sale_management', 'stock'], adminEmail: 'admin@example.com', envVarNames: ['SMTP_HOST'], confirmName: 'ERP production',
  'EnvVarInput.name': 'SMTP_HOST', 'EnvVarInput.value': 'smtp.example.com', edition: 'community', lines: 200,
  'InstanceLogLine.level': 'info', 'InstanceLogLine.message': 'odoo.modules.loading: 14 modules loaded in 0.82s',

  'Operation.kind': 'instance.provision', 'Operation.status': 'running', progress: 40, resourceType: 'instance', requestId: 'req_Zk3vT1x8cQ0pLw5n', cancelRequested: false, waitingFor: null, error: null, finishedAt: null,
  'OperationStep.name': 'images', 'OperationStep.title': 'Get the PostgreSQL and Odoo images', 'OperationStep.status': 'running', 'OperationStep.message': 'postgres:17 and odoo:19.0', 'OperationStep.finishedAt': null,
  'OperationError.code': 'host_key_mismatch', 'OperationError.message': 'The server presented another host key than the pinned one', 'OperationError.hint': 'Compare the keys, then accept the new one',
  seq: 17, after: 0, step: 'images', 'OperationLogLine.level': 'info', 'OperationLogLine.message': 'odoo:19.0: 62 % of 610 MB',
};

/** Optional fields of a body that the short example needs all the same, since others ask for them. */
export const shortExampleFields: Readonly<Record<string, readonly string[]>> = {
  CreateServerInput: ['host', 'sshUser', 'sshPrivateKey'],
};

const verbs = /^(Create|Update|Configure|Add)|Input$/g;

/** The example of a field; the inputs that make or change a type share its values. */
export function exampleValue(type: string, field: string): Json | undefined {
  const key = [`${type}.${field}`, `${type.replace(verbs, '')}.${field}`, field].find((candidate) => candidate in values);
  return key === undefined ? undefined : values[key];
}
