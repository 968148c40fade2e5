import type { Examples } from '../category.ts';

/** The one of everything that the examples tell of. */
export const ids = {
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

/** Fields that mean the same in several categories. */
export const sharedExamples: Examples = {
  userId: ids.user,
  serverId: ids.server,
  projectId: ids.project,
  environmentId: ids.environment,
  operationId: ids.operation,
  roleId: ids.role,
  memberId: ids.member,
  projectIds: [ids.project],
  resourceType: 'instance',
  resourceId: ids.instance,
  email: 'ada@example.com',
  password: 'correct horse 1',
  code: '492039',
  avatarUrl: 'https://example.com/ada.png',
  isAdmin: false,
  permissions: ['manage:instances', 'view:servers'],
  memberCount: 4,
  expiresInDays: 7,
  expiresAt: '2027-11-24T09:30:00.000Z',
  ipAddress: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  requestId: 'req_Zk3vT1x8cQ0pLw5n',
  search: 'ada',
  statusMessage: null,
};
