import type { Readable } from 'node:stream';
import type { Transfer } from '../../prisma/generated/client/client.ts';
import type { OrgScope } from '../access/scope.ts';
import type { App } from '../app.ts';
import { mutate } from '../audit/mutation.ts';
import { AppError, found, invalidState } from '../errors.ts';
import { feedExec, readExec, toRemoteError } from '../remote/index.ts';
import { connectServer } from '../servers/index.ts';
import { placeName, transferFile } from './place.ts';
import { transferResource } from './resource.ts';
import { factAbout, getTransfer, newExpiry } from './rows.ts';

/** A file with how much of it is there: whoever may send or receive its content sees it. */
export const getTransferContent = (scope: OrgScope, id: string): Promise<Transfer> => getTransfer(scope, id);

/** Opens an export to be read, from one byte to another, both included. Who does is in the audit log. */
export async function openDownload(
  app: App,
  scope: OrgScope,
  id: string,
  range: { first: number; last: number } | null,
  signal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  const transfer = await getTransfer(scope, id);
  if (transfer.direction !== 'export' || transfer.status !== 'ready')
    throw invalidState(transfer.direction, transfer.status, ['ready']);
  await mutate(app, scope, async ({ tx, record }) => {
    await tx.transfer.updateMany({ where: { id, status: 'ready' }, data: { expiresAt: newExpiry() } });
    await record({ ...factAbout(transfer), action: 'transfer.downloaded' });
  });
  const { first, last } = range ?? { first: 0, last: Number(transfer.sizeBytes) - 1 };
  const { docker } = await connectServer(app, transfer.orgId, transfer.serverId, signal, 'transfers');
  return readExec(
    docker,
    placeName(transfer),
    [
      'dd',
      `if=${transferFile}`,
      'bs=1M',
      'iflag=skip_bytes,count_bytes',
      `skip=${first}`,
      `count=${last - first + 1}`,
      'status=none',
    ],
    { signal },
  );
}

/** An upload that goes on, from which byte. It is kept for another day. */
export async function continueUpload(app: App, scope: OrgScope, id: string): Promise<Transfer> {
  const before = await getTransfer(scope, id);
  if (before.direction !== 'import' || before.status !== 'receiving')
    throw invalidState(before.direction, before.status, ['receiving']);
  const where = { id, orgId: scope.orgId };
  return mutate(app, scope, ({ tx }) => tx.transfer.update({ where, data: { expiresAt: newExpiry() } }));
}

/** No more of the body than is missing: the rest is an error. */
async function* bounded(body: AsyncIterable<Uint8Array>, missing: number): AsyncGenerator<Uint8Array> {
  let left = missing;
  for await (const piece of body) {
    if (piece.length > left) throw new AppError('unprocessable', 'The upload is longer than was announced');
    left -= piece.length;
    yield piece;
  }
}

/**
 * Writes a part of an upload to the server's disk, from the byte on that is missing. What came before a connection broke
 * counts. Two that send the same part at once write the same bytes, and one of them is told that it is there.
 */
export async function receivePart(
  app: App,
  scope: OrgScope,
  id: string,
  offset: number,
  body: Readable,
): Promise<Transfer> {
  const content = await getTransfer(scope, id);
  const { orgId, serverId } = content;
  const size = Number(content.sizeBytes ?? 0);
  if (offset !== Number(content.receivedBytes))
    throw new AppError('conflict', `The upload goes on at byte ${content.receivedBytes}, not at ${offset}`, {
      resource: 'transfer',
      id,
      receivedBytes: Number(content.receivedBytes),
    });
  const { docker } = await connectServer(app, orgId, serverId, undefined, 'transfers');
  const { bytes, broken } = await feedExec(
    docker,
    placeName(content),
    [
      'dd',
      `of=${transferFile}`,
      'bs=1M',
      'oflag=seek_bytes',
      `seek=${offset}`,
      'iflag=fullblock',
      'conv=notrunc,fsync',
      'status=none',
    ],
    bounded(body, size - offset),
  ).catch((error: unknown) => {
    throw toRemoteError(error);
  });
  const transfer = await mutate(app, scope, async ({ tx, record }) => {
    const receivedBytes = BigInt(offset + bytes);
    const whole = offset + bytes === size;
    const changed = await tx.transfer.updateMany({
      where: { id, orgId, status: 'receiving', receivedBytes: BigInt(offset) },
      data: { receivedBytes, expiresAt: newExpiry(), ...(whole ? { status: 'ready' } : {}) },
    });
    const row = found(await tx.transfer.findUnique({ where: { id } }), 'transfer', id);
    if (changed.count === 0)
      throw new AppError(
        'conflict',
        `Another part was received at the same time: the upload goes on at byte ${row.receivedBytes}`,
        {
          resource: 'transfer',
          id,
          receivedBytes: Number(row.receivedBytes),
        },
      );
    if (whole)
      await record({
        ...factAbout(row),
        resource: transferResource,
        action: 'transfer.received',
        after: { status: 'ready', reason: null },
      });
    return row;
  });
  if (broken instanceof AppError) throw broken;
  return transfer;
}
