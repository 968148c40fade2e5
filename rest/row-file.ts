import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../schema/context.ts';
import { AppError } from '../src/errors.ts';
import { requireAccepted } from '../src/request/accepted.ts';
import { countCost } from '../src/request/quota.ts';
import { runDocument } from './run-document.ts';
import type { PreparedRoute } from './prepared.ts';
import { writable } from './writable.ts';

const pageSize = 100;
const page = z.object({
  nodes: z.array(z.record(z.string(), z.unknown())),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
});

/**
 * Sends a file row by row, as fast as the client takes it: a page is read when the one before has gone out. Permissions
 * are read again for each page; a caller who loses them gets a truncated file, which HTTP distinguishes from a complete one.
 */
export async function sendRows(request: Request, response: Response, prepared: PreparedRoute, context: Context, variables: Record<string, unknown>): Promise<void> {
  const { answer } = prepared.route;
  const { rows } = prepared;
  if (answer.as !== 'file' || !rows) throw new AppError('internal_error', 'This route has no file');
  const { contentType, filename, head, row, tail } = answer.rows.file(variables);
  requireAccepted(request, [contentType]);
  countCost(context.app, context.access, context.client, answer.rows.cost, response);
  const read = async (access: Context['access'], after: string | null) => page.parse(await runDocument(rows, { ...context, access }, { ...variables, first: pageSize, after }));
  // What is wrong with the request is said before the file begins.
  let current = await read(context.access, null);
  response.writeHead(200, {
    'Content-Type': `${contentType}; charset=utf-8`,
    'Content-Disposition': `attachment; filename="${filename}"`,
    // Compression would hide how fast the client reads.
    'Cache-Control': 'no-store, no-transform',
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  try {
    response.write(head);
    let index = 0;
    for (;;) {
      for (const entry of current.nodes) {
        if (!response.write(row(entry, index))) await writable(response);
        index += 1;
      }
      if (response.closed || !current.pageInfo.hasNextPage) break;
      current = await read(await context.reauthenticate(), current.pageInfo.endCursor);
    }
    response.end(tail);
  } catch (error) {
    context.app.log.info({ err: error, requestId: context.client.requestId }, 'A file was cut off');
    response.destroy();
  }
}
