import { restoreInput } from '../src/restores/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import type { Route } from './route.ts';

const category = 'Backups';

const routes: readonly Route[] = [
  {
    method: 'post',
    path: '/backups/{id}/restore',
    category,
    summary: 'Restore a backup',
    document: 'mutation ($id: ID!, $input: RestoreBackupInput!) { restoreBackup(id: $id, input: $input) { instance { id status } operation { id } } }',
    answer: { as: 'accepted', resource: 'instance', message: 'Restore in progress' },
    errors: ['quota_exceeded'],
  },
];

const examples: Examples = {
  'restoreBackup.status': 'restarting',
  'RestoreBackupInput.target': 'original',
  'RestoreBackupInput.instanceId': null,
  'RestoreBackupInput.name': null,
  'RestoreBackupInput.slug': null,
  'RestoreBackupInput.serverId': null,
  'RestoreBackupInput.environmentId': null,
  'RestoreBackupInput.adminEmail': null,
  'RestoreBackupInput.deletionProtected': null,
  'RestoreBackupInput.files': null,
  'RestoreBackupInput.confirmName': 'ERP production',
  database: true,
  filestore: true,
  safetyBackup: true,
};

const parsers: Parsers = { RestoreBackupInput: restoreInput };

export default { routes, examples, parsers } satisfies Category;
