import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Backup } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, invalidState, notFound } from '../errors.ts';
import { page, type Page, type PageArgs, type Seek } from '../lists.ts';
import { type ConnectionUse, within } from '../remote/index.ts';
import { connectServer } from '../servers/index.ts';
import {
  contentAt,
  filesAt,
  manifestShape,
  openRepository,
  type SnapshotFile,
  snapshotPaths,
} from '../snapshots/index.ts';
import { parse } from '../parse.ts';
import { filePath } from './file-path.ts';
import { getBackup } from './list.ts';
import { backupResource } from './resource.ts';
import { serverFor } from './work-place.ts';

/** A listing of many files takes its time, the first one of a repository at a slow destination too. */
const listMs = 60_000;

export interface BackupFile {
  /** Ours: restic has none. */
  id: string;
  backupId: string;
  /** Below the filestore. */
  path: string;
  name: string;
  type: 'file' | 'directory' | 'symlink' | 'other';
  sizeBytes: number | null;
  modifiedAt: Date | null;
}

/** Where the filestore is in the snapshot of a backup that has one. */
export function filestoreOf(backup: Backup): { snapshotId: string; root: string } {
  const { id, status, includeFilestore, snapshotId } = backup;
  if (status !== 'completed') throw invalidState('backup', status, ['completed']);
  if (!includeFilestore)
    throw new AppError('unprocessable', 'The backup was taken without the filestore', {
      resource: 'backup',
      id,
      constraint: 'not_included',
    });
  const manifest = manifestShape.safeParse(backup.manifest);
  if (!manifest.success || snapshotId === null)
    throw new AppError(
      'unprocessable',
      'The backup has no manifest that this version of oCore reads; read it with restic and the exported key',
      { resource: 'backup', id, constraint: 'manifest' },
    );
  return { snapshotId, root: snapshotPaths.filestore(manifest.data.database) };
}

async function reach(app: App, backup: Backup, path: string, use: ConnectionUse, signal?: AbortSignal) {
  const { snapshotId, root } = filestoreOf(backup);
  const serverId = await serverFor(app.db.prisma, backup);
  const repository = await openRepository(app, backup.repositoryId);
  const host = await connectServer(app, backup.orgId, serverId, signal, use);
  return { host, repository, snapshotId, path: path === '' ? root : `${root}/${path}` };
}

const types = new Map<string, BackupFile['type']>([
  ['file', 'file'],
  ['dir', 'directory'],
  ['symlink', 'symlink'],
]);

/** Cursors of lists are made of ids: this one is made of the path. */
function idOf(path: string): string {
  const hex = createHash('sha256').update(path).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
}

function fileOf({ id }: Backup, root: string, { path, type, size, modifiedAt }: SnapshotFile): BackupFile {
  const below = path.slice(root.length + 1);
  const name = below.slice(below.lastIndexOf('/') + 1);
  const kind = types.get(type) ?? 'other';
  return { id: idOf(below), backupId: id, path: below, name, type: kind, sizeBytes: size, modifiedAt };
}

/** The page of the files that come, in their order or backwards: no more of them are kept than the page has. */
async function sought(files: AsyncIterable<BackupFile>, { take, direction, beyond }: Seek): Promise<BackupFile[]> {
  const forwards = direction === 'desc';
  const rows: BackupFile[] = [];
  let begun = beyond === undefined;
  for await (const file of files) {
    if (forwards && !begun) begun = file.id === beyond?.id;
    else if (forwards) {
      if (rows.push(file) === take) break;
    } else {
      if (file.id === beyond?.id) break;
      rows.push(file);
      if (rows.length > take) rows.shift();
    }
  }
  return forwards ? rows : rows.reverse();
}

async function* inside(app: App, backup: Backup, path: string, recursive: boolean, signal: AbortSignal) {
  const { root } = filestoreOf(backup);
  const place = await reach(app, backup, path, 'looking', signal);
  let isThere = false;
  for await (const file of filesAt(app, place, { recursive, signal })) {
    if (file.path !== place.path) yield fileOf(backup, root, file);
    else if (file.type === 'dir') isThere = true;
  }
  // A filestore is not there before its first file.
  if (!isThere && path !== '') throw notFound('directory', path);
}

const pathInput = z.object({ path: filePath });

/** What a directory of the filestore of a completed backup contains, in the order of the names, read from the backup itself. */
export async function listBackupFiles(
  app: App,
  scope: OrgScope,
  {
    backupId,
    path: givenPath,
    recursive: givenRecursive,
    ...args
  }: PageArgs & { backupId: string; path?: string | null | undefined; recursive?: boolean | null | undefined },
): Promise<Page<BackupFile>> {
  const { path } = givenPath ? parse(pathInput, { path: givenPath }) : { path: '' };
  const recursive = givenRecursive ?? false;
  const backup = await getBackup(scope, backupId);
  const read = <T>(work: (files: AsyncIterable<BackupFile>) => Promise<T>): Promise<T> =>
    within({ what: 'Listing the files of the backup', ms: listMs }, (signal) =>
      work(inside(app, backup, path, recursive, signal)),
    );
  return page(`files of ${backupId} in ${recursive ? 'all of ' : ''}${path}`, args, {
    find: (seek) => read((files) => sought(files, seek)),
    count: () =>
      read(async (files) => {
        let count = 0;
        for await (const _file of files) count += 1;
        return count;
      }),
  });
}

/** One file of the filestore of a backup. */
export async function getBackupFile(
  app: App,
  scope: OrgScope,
  { backupId, path }: { backupId: string; path: string },
): Promise<BackupFile & { sizeBytes: number }> {
  parse(pathInput, { path });
  const backup = await getBackup(scope, backupId);
  const { root } = filestoreOf(backup);
  const found = await within({ what: 'Finding the file in the backup', ms: listMs }, async (signal) => {
    const place = await reach(app, backup, path, 'looking', signal);
    for await (const file of filesAt(app, place, { recursive: false, signal }))
      if (file.path === place.path) return fileOf(backup, root, file);
    throw notFound('file', path);
  });
  const { type, sizeBytes } = found;
  if (type === 'file' && sizeBytes !== null) return { ...found, sizeBytes };
  throw new AppError('unprocessable', `${path} is a ${type} and has no content`, { field: 'path', constraint: 'file' });
}

/** Opens a file of a backup to be read, from one byte to another, both included. Who does is in the audit log. */
export async function openBackupFile(
  app: App,
  scope: OrgScope,
  { backupId, path }: { backupId: string; path: string },
  range: { first: number; last: number } | null,
  signal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  const backup = await getBackup(scope, backupId);
  const place = await reach(app, backup, path, 'transfers', signal);
  await mutate(app, scope, ({ record }) =>
    record({
      action: 'backup.file_downloaded',
      resource: backupResource,
      resourceId: backup.id,
      resourceName: backup.instanceName,
      projectId: backup.projectId,
      after: { path },
    }),
  );
  return part(contentAt(app, place, signal), range);
}

/** Restic gives a file from its beginning only. */
async function* part(
  pieces: AsyncIterable<Buffer>,
  range: { first: number; last: number } | null,
): AsyncGenerator<Buffer> {
  let at = 0;
  const { first, last } = range ?? { first: 0, last: Number.POSITIVE_INFINITY };
  for await (const piece of pieces) {
    const wanted = piece.subarray(Math.max(0, first - at), Math.max(0, last + 1 - at));
    at += piece.length;
    if (wanted.length > 0) yield wanted;
    if (at > last) return;
  }
}
