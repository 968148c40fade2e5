import { z } from 'zod';
import { orgScope } from '../schema/context.ts';
import { filePath, openBackupFile } from '../src/backups/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import type { Route } from './route.ts';

const category = 'Backups';
const fields = 'backupId path name type sizeBytes modifiedAt';
const sent = z.object({ backupId: z.string(), path: z.string(), name: z.string(), sizeBytes: z.number() });

const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/backups/{id}/files',
    category,
    summary: 'List the files of a backup',
    document: `query ($id: ID!, $first: Int, $after: String, $path: String, $recursive: Boolean) { backupFiles(backupId: $id, first: $first, after: $after, path: $path, recursive: $recursive) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
    answer: { as: 'list' },
    errors: ['invalid_state', 'unprocessable'],
  },
  {
    method: 'get',
    path: '/backups/{id}/files/content',
    category,
    summary: 'Download a file of a backup',
    document: `query ($id: ID!, $path: String!) { backupFileContent(backupId: $id, path: $path) { ${fields} } }`,
    answer: {
      as: 'bytes',
      contentType: 'application/octet-stream',
      file: {
        describe: (value) => {
          const { name, sizeBytes } = sent.parse(value);
          return { filename: name, size: sizeBytes };
        },
        open: (context, value, range, signal) => openBackupFile(context.app, orgScope(context, 'manage:backups'), sent.parse(value), range, signal),
      },
    },
    errors: ['invalid_state', 'unprocessable'],
  },
];

const examples: Examples = {
  'BackupFile.path': 'ab/ab12e4f0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6',
  'BackupFile.name': 'ab12e4f0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6',
  'BackupFile.backupId': '0197a1f6-8c42-7b93-9d1e-6f8a0c2e4b65',
  'BackupFile.type': 'file',
  'BackupFile.sizeBytes': 48213,
  'BackupFile.modifiedAt': '2026-11-20T14:05:11.000Z',
  'backupFiles.path': 'ab',
  'backupFiles.recursive': false,
  'backupFileContent.path': 'ab/ab12e4f0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6',
};

const parsers: Parsers = {
  // Without a path, or with an empty one: the whole filestore.
  backupFiles: z.object({ path: z.string().max(500) }),
  backupFileContent: z.object({ path: filePath }),
};

export default { routes, examples, parsers } satisfies Category;
