import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Transfer } from '../../prisma/generated/client/client.ts';
import { databaseRole, namesOf, runTool, type Site, volumesOf } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { filestoresPath, signIn } from '../restores/index.ts';
import { placeName, transferFolder } from './place.ts';

/** What works on the zip, with the Python that every image of Odoo has. */
const program = readFileSync(join(import.meta.dirname, 'odoo-zip.py'), 'utf8');

const said = z.union([
  z.object({ progress: z.number() }),
  z.object({ done: z.record(z.string(), z.unknown()) }),
  z.object({
    refused: z.enum(['archive_refused', 'disk_space', 'database_error', 'restore_failed']),
    message: z.string().max(2000),
  }),
]);

const refusals = {
  archive_refused: 'The instance was not changed. Make the backup again, in the format zip.',
  disk_space: 'Free space on the server, then retry the operation.',
  database_error: 'Read the PostgreSQL log of the instance.',
  restore_failed: 'The data that served before is kept. Read the log of the operation.',
} as const;

interface Task {
  mode: 'write' | 'check' | 'unpack' | 'load';
  /** The database that it works on, if any. */
  database?: string;
  /** The directory of the files, below those of all filestores, if any. */
  filestore?: string;
  prepare?: () => Promise<unknown>;
}

/** Runs one part of the work on a zip, where the zip is; gives what it says at its end. */
export async function runZipTool(
  context: StepContext<unknown>,
  site: Site,
  transfer: Transfer,
  { mode, database, filestore, prepare }: Task,
): Promise<Readonly<Record<string, unknown>>> {
  const { instance } = site;
  let done: Record<string, unknown> = {};
  let refused: { code: keyof typeof refusals; message: string } | undefined;
  const lines: string[] = [];
  const task = {
    folder: transferFolder,
    host: namesOf(instance.id).database,
    role: databaseRole,
    database,
    filestore: filestore && `${filestoresPath}/${filestore}`,
    withFilestore: transfer.includeFilestore,
    series: instance.odooVersion,
  };
  const signedIn = database === undefined ? { env: [] } : await signIn(context, site);
  const code = await runTool(
    context,
    site,
    {
      name: `zip-${transfer.id}`,
      image: instance.image,
      program: ['python3', '-c', program, mode],
      mounts: [
        {
          volume: placeName(transfer),
          target: transferFolder,
          ...(mode === 'write' ? {} : { readOnly: true as const }),
        },
        ...(filestore === undefined
          ? []
          : [
              {
                volume: volumesOf(instance).filestore,
                target: '/var/lib/odoo',
                ...(mode === 'write' ? { readOnly: true as const } : {}),
              },
            ]),
      ],
      network: database !== undefined,
      ...(prepare ? { prepare } : {}),
      ...signedIn,
      env: [...signedIn.env, `OCORE_TASK=${JSON.stringify(task)}`],
    },
    ({ stream, line }) => {
      const told = stream === 'stdout' ? parsed(line) : undefined;
      if (told && 'progress' in told) context.progress(told.progress);
      else if (told && 'done' in told) done = told.done;
      else if (told) refused = { code: told.refused, message: told.message };
      else {
        context.log('warning', line);
        lines.push(line);
        if (lines.length > 20) lines.shift();
      }
    },
  );
  if (code === 0) return done;
  const { code: error, message } = refused ?? {
    code: 'restore_failed' as const,
    message: `The work on the zip ended with exit code ${code}`,
  };
  const why = lines.length === 0 ? '' : `:\n${lines.slice(-3).join('\n')}`;
  throw new StepError(error, `${message}${why}`, refusals[error]);
}

function parsed(line: string): z.infer<typeof said> | undefined {
  try {
    return said.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
