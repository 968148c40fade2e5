import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { unseal } from './archive.ts';
import { BackupError } from './backup-error.ts';

/** The first entry: what is needed to restore, and of what the backup is. */
export const headName = 'backup.json';
/** The last entry: what the tables must come to. */
export const manifestName = 'manifest.json';

export const headShape = z.object({
  format: z.literal(1, 'a newer oCore wrote this backup: restore it with that version'),
  id: z.uuid(),
  createdAt: z.iso.datetime(),
  appUrl: z.string(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })).min(1),
  /** The keys that wrap the data keys in the database. */
  keys: z.object({ current: z.string().min(32), previous: z.array(z.string().min(32)) }),
});
export type Head = z.infer<typeof headShape>;

export const tableShape = z.object({
  table: z.string(),
  columns: z.array(z.string()).min(1),
  rows: z.number().int(),
  bytes: z.number().int(),
  sha256: z.string(),
});
export const manifestShape = z.object({
  tables: z.array(tableShape),
  sequences: z.array(z.object({ name: z.string(), value: z.string().regex(/^-?\d+$/) })),
});
export type Manifest = z.infer<typeof manifestShape>;

/** What stands before the blocks of a table. */
export const columnsName = (table: string): string => `tables/${table}/columns.json`;
export const blockName = (table: string, number: number): string =>
  `tables/${table}/${String(number).padStart(8, '0')}.copy`;
const nameShape = /^tables\/([^/]+)\/(?:(columns)\.json|\d{8}\.copy)$/;

/** Counts what a table comes to, in the text format of COPY: a line for each row. */
export class TableSum {
  readonly table: string;
  readonly columns: string[];
  rows = 0;
  bytes = 0;
  readonly #hash: Hash = createHash('sha256');

  constructor(table: string, columns: string[]) {
    this.table = table;
    this.columns = columns;
  }

  add(block: Buffer): void {
    this.#hash.update(block);
    this.bytes += block.length;
    for (let at = block.indexOf(10); at >= 0; at = block.indexOf(10, at + 1)) this.rows += 1;
  }

  done(): Manifest['tables'][number] {
    const { table, columns, rows, bytes } = this;
    return { table, columns, rows, bytes, sha256: this.#hash.digest('hex') };
  }
}

export type Part =
  | { kind: 'head'; head: Head }
  | { kind: 'table'; table: string; columns: string[] }
  | { kind: 'block'; content: Buffer }
  /** The last part: everything before it is whole. */
  | { kind: 'manifest'; manifest: Manifest };

function parsed<T>(shape: z.ZodType<T>, name: string, content: Buffer): T {
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new BackupError(`${name} of the backup cannot be read`, { cause: error });
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new BackupError(`${name} of the backup is not valid: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** Reads a backup part by part; the manifest comes last, and only if every table is what it says. */
export async function* readBackup(source: Readable, passphrase: string): AsyncGenerator<Part> {
  const sums: Manifest['tables'] = [];
  let open: TableSum | undefined;
  let head: Head | undefined;
  let manifest: Manifest | undefined;
  for await (const { name, content } of unseal(source, passphrase)) {
    if (manifest) throw new BackupError(`The backup goes on after its end: ${name}`);
    if (!head) {
      if (name !== headName) throw new BackupError(`The backup begins with ${name}, not with ${headName}`);
      head = parsed(headShape, headName, content);
      yield { kind: 'head', head };
      continue;
    }
    if (name === manifestName) {
      if (open) sums.push(open.done());
      open = undefined;
      manifest = parsed(manifestShape, manifestName, content);
      continue;
    }
    const [, table, isNew] = nameShape.exec(name) ?? [];
    if (table === undefined) throw new BackupError(`The backup has an unknown part: ${name}`);
    if (isNew) {
      if (open) sums.push(open.done());
      const columns = parsed(z.array(z.string()).min(1), name, content);
      open = new TableSum(table, columns);
      yield { kind: 'table', table, columns };
      continue;
    }
    if (open?.table !== table) throw new BackupError(`The backup has a part in the wrong place: ${name}`);
    open.add(content);
    yield { kind: 'block', content };
  }
  if (!manifest) throw new BackupError('The backup is not complete: its end is missing');
  if (JSON.stringify(manifest.tables) !== JSON.stringify(sums))
    throw new BackupError('The backup does not contain what its manifest says: the tables or their digests differ');
  yield { kind: 'manifest', manifest };
}

/** Reads a whole backup without restoring it: that it can be opened, and is complete. */
export async function verifyBackup(
  source: Readable,
  passphrase: string,
): Promise<{ head: Head; tables: number; rows: number }> {
  let head: Head | undefined;
  for await (const part of readBackup(source, passphrase)) {
    if (part.kind === 'head') head = part.head;
    if (part.kind === 'manifest' && head) {
      const { tables } = part.manifest;
      return { head, tables: tables.length, rows: tables.reduce((sum, { rows }) => sum + rows, 0) };
    }
  }
  throw new BackupError('The backup is not complete: its end is missing');
}
