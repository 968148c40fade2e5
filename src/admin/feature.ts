import type { Feature } from '../feature/feature.ts';
import { recordColumn } from '../secrets/sealed-column.ts';
import { smtpPasswordOwner } from '../settings/index.ts';
import { getMemberOf } from '../members/index.ts';
import { getAnyApiKey } from './api-keys.ts';
import { getJob } from './jobs.ts';
import { getOrganization } from './organizations.ts';
import { getDeadMail } from './queues.ts';
import { getSessionOf } from './sessions.ts';
import { getUser } from './users.ts';

export const adminFeature: Feature = {
  name: 'admin',
  sealed: [recordColumn('installation_settings', 'smtp_password_enc', smtpPasswordOwner)],
  nodes: {
    installation: {
      Organization: { table: 'organizations', get: getOrganization },
      User: { table: 'users', get: getUser },
      Operation: { table: 'operations', get: getJob },
      Session: { table: 'sessions', get: getSessionOf },
      Member: { table: 'memberships', get: getMemberOf },
      ApiKey: { table: 'api_keys', get: getAnyApiKey },
      AdminDeadMail: { table: 'mails', get: getDeadMail },
    },
  },
};
