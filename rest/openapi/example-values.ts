import type { Json } from './json-schema.ts';

const ids = {
  user: '0197a1e8-2f4d-7c31-8a52-6b0f9d7e4c10',
  organization: '0197a1e8-2f52-7d0e-9b7a-1c4e8f3a5d21',
  server: '0197a1ec-91b3-7e44-a3f0-5d2c7b9e8f32',
  project: '0197a1ed-0c7a-7f58-b1d6-8e3f4a6c9b43',
  environment: '0197a1ed-7d21-7061-8c9e-2a5b7d4f1e54',
  instance: '0197a1ee-3b96-7172-9d0f-4c6e8a1b2f65',
  operation: '0197a1ee-3b9a-7283-ae21-7f1d3c5b8a76',
};
const gib = 1024 ** 3;

/**
 * What the examples say, by `Type.field` or by the field's name alone. Null: nothing there, which leaves an optional
 * field out of the example of a body.
 */
const values: Readonly<Record<string, Json>> = {
  'User.id': ids.user, 'Organization.id': ids.organization, 'Server.id': ids.server, 'Project.id': ids.project,
  'Environment.id': ids.environment, 'Instance.id': ids.instance, 'Operation.id': ids.operation,
  serverId: ids.server, projectId: ids.project, environmentId: ids.environment, operationId: ids.operation, resourceId: ids.instance, retryOfId: null,

  email: 'ada@example.com', password: 'correct horse 1', expiresIn: 3600,
  accessToken: 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTk3YTFlOCJ9.c2lnbmF0dXJl', refreshToken: 'q3v0cUu3gq0iEJv5yq1kz0C8bN2dTt4uV6wX7yZ8aB0',
  'User.name': 'Ada Lovelace', 'SignUpInput.name': 'Ada Lovelace', organizationName: 'Example Manufacturing', organizationSlug: 'example-mfg',
  'Organization.name': 'Example Manufacturing', 'Organization.slug': 'example-mfg',
  login: 'admin@example.com', 'AdminPassword.password': '1e51uiE9EGGMUVk2PEV2',

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

  'Operation.kind': 'instance.provision', 'Operation.status': 'running', progress: 40, resourceType: 'instance', requestId: 'req_Zk3vT1x8cQ0pLw5n', cancelRequested: false, error: null, finishedAt: null,
  'OperationStep.name': 'images', 'OperationStep.title': 'Get the PostgreSQL and Odoo images', 'OperationStep.status': 'running', 'OperationStep.message': 'postgres:17 and odoo:19.0', 'OperationStep.finishedAt': null,
  'OperationError.code': 'host_key_mismatch', 'OperationError.message': 'The server presented another host key than the pinned one', 'OperationError.hint': 'Compare the keys, then accept the new one',
  seq: 17, after: 0, step: 'images', 'OperationLogLine.level': 'info', 'OperationLogLine.message': 'odoo:19.0: 62 % of 610 MB',
};

/** Optional fields of a body that the short example needs all the same, since others ask for them. */
export const shortExampleFields: Readonly<Record<string, readonly string[]>> = {
  CreateServerInput: ['host', 'sshUser', 'sshPrivateKey'],
};

const verbs = /^(Create|Update|Configure)|Input$/g;

/** The example of a field; the inputs that make or change a type share its values. */
export function exampleValue(type: string, field: string): Json | undefined {
  const key = [`${type}.${field}`, `${type.replace(verbs, '')}.${field}`, field].find((candidate) => candidate in values);
  return key === undefined ? undefined : values[key];
}
