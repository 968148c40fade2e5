import type { Request, Response } from 'express';
import type { Context } from '../schema/context.ts';
import { AppError, validationError } from '../src/errors.ts';
import type { PreparedRoute } from './prepared.ts';
import type { ByteRange } from './route.ts';
import { runRoute } from './run-document.ts';
import { writable } from './writable.ts';

const rangeShape = /^bytes=(\d{1,15})-(\d{1,15})?$/;

/** The one range that is asked for; null for the whole file. What is no such range is ignored, as HTTP has it. */
function rangeOf(request: Request, size: number): ByteRange | null | 'beyond' {
  const found = rangeShape.exec(request.headers.range ?? '');
  if (!found) return null;
  const first = Number(found[1]);
  const last = Math.min(size - 1, found[2] === undefined ? size - 1 : Number(found[2]));
  return first >= size || last < first ? 'beyond' : { first, last };
}

/** Sends a file as it lies somewhere, at the speed of the client; a range of it where one is asked for. */
export async function sendBytes(request: Request, response: Response, prepared: PreparedRoute, context: Context, variables: Record<string, unknown>): Promise<void> {
  const { answer } = prepared.route;
  if (answer.as !== 'bytes') throw new AppError('internal_error', 'This route has no file');
  const value = await runRoute(prepared, context, variables);
  const { filename, size, headers } = answer.file.describe(value);
  const range = size === null ? null : rangeOf(request, size);
  // Compression would change how many bytes there are.
  response.set({ 'Content-Type': answer.contentType, 'Cache-Control': 'no-store, no-transform', ...headers });
  response.set('Content-Disposition', `attachment; filename="${filename.replaceAll(/[^\x20-\x7e]|["\\]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(filename)}`);
  if (size !== null) response.set('Accept-Ranges', 'bytes');
  if (range === 'beyond') {
    response.status(416).set('Content-Range', `bytes */${size}`).end();
    return;
  }
  const length = range ? range.last - range.first + 1 : size;
  if (length !== null) response.set('Content-Length', String(length));
  if (range) response.status(206).set('Content-Range', `bytes ${range.first}-${range.last}/${size}`);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const bytes = (await answer.file.open(context, value, range, gone.signal))[Symbol.asyncIterator]();
  // The first piece before the head: what is wrong with the server is said as an error.
  let next = await bytes.next().catch((error: unknown) => {
    for (const name of ['Content-Length', 'Content-Range', 'Content-Disposition', 'Accept-Ranges']) response.removeHeader(name);
    throw error;
  });
  try {
    while (!next.done && !response.closed) {
      if (!response.write(next.value)) await writable(response);
      next = await bytes.next();
    }
    response.end();
  } catch (error) {
    context.app.log.info({ err: error, requestId: context.client.requestId }, 'A file was cut off');
    response.destroy();
  } finally {
    await bytes.return?.();
  }
}

/** Takes a part of a file. A connection that breaks leaves what came: the next request goes on from there. */
export async function receiveUpload(request: Request, response: Response, prepared: PreparedRoute, context: Context, variables: Record<string, unknown>): Promise<void> {
  const { answer } = prepared.route;
  if (answer.as !== 'upload') throw new AppError('internal_error', 'This route takes no file');
  if (!request.is(answer.contentType)) throw new AppError('unsupported_media_type', `Send the part as Content-Type: ${answer.contentType}`);
  const offset = request.headers['upload-offset'];
  if (typeof offset !== 'string' || !/^\d{1,15}$/.test(offset)) throw validationError([{ field: 'Upload-Offset', constraint: 'required', message: 'Upload-Offset must say from which byte of the file on the part goes' }]);
  const value = await runRoute(prepared, context, variables);
  const received = await answer.receive(context, value, Number(offset), request);
  if (response.closed) return;
  response.status(204).set('Upload-Offset', String(received)).set('Tus-Resumable', '1.0.0').end();
}
