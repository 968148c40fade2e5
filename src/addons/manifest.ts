import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { type Literal, readLiteral, type Unreadable } from './literal.ts';
import { pythonText } from './python.ts';

export const manifestName = '__manifest__.py';
export const largestManifest = 1024 ** 2;

const longestTitle = 200;

export interface Manifest {
  readonly title: string | null;
  readonly version: string | null;
  readonly depends: readonly string[];
  readonly installable: boolean;
  readonly pythonDependencies: readonly string[];
  /** Each key with its value. */
  readonly values: ReadonlyMap<string, Literal>;
}

const names = z.array(z.string().min(1).max(256)).max(10_000);
const requirements = z.array(z.string().max(1000)).max(10_000);

/** As `bool` has it. */
function isTrue(value: Literal): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Map ? value.size > 0 : Boolean(value);
}

/** As `str` has it; null for what is not written as text. */
function written(value: Literal | undefined): string | null {
  if (typeof value === 'number') return Number.isInteger(value) ? value.toFixed(1) : String(value);
  return typeof value === 'string' || typeof value === 'bigint' ? String(value) : null;
}

const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}/gu, '')
    .trim()
    .slice(0, longestTitle)
    .toWellFormed();

const wrong = (message: string): Unreadable => ({ line: null, message });

function manifestOf(values: ReadonlyMap<string, Literal>): Manifest | Unreadable {
  const depends = names.safeParse(values.get('depends') ?? ['base']);
  if (!depends.success) return wrong('has no list of names of modules as depends');
  const external = values.get('external_dependencies') ?? new Map();
  const python = requirements.safeParse(external instanceof Map ? (external.get('python') ?? []) : null);
  if (!python.success) return wrong('has no list of packages as python of external_dependencies');
  return {
    title: oneLine(written(values.get('name')) ?? '') || null,
    version: written(values.get('version')),
    depends: depends.data,
    installable: isTrue(values.get('installable') ?? true),
    pythonDependencies: python.data,
    values,
  };
}

/** What Odoo reads in the file: UTF-8 whatever its first line says, and a dictionary of literals. */
export function readManifest(content: Buffer): Manifest | Unreadable {
  if (!isUtf8(content)) return wrong('is no UTF-8');
  const text = pythonText(content.toString('utf8'));
  if (text.startsWith('\ufeff')) return { line: 1, message: 'begins with a byte order mark, which Odoo does not read' };
  const read = readLiteral(text);
  if (!('value' in read)) return read;
  if (!(read.value instanceof Map)) return { line: 1, message: 'is no dictionary' };
  const values = new Map<string, Literal>();
  for (const [key, value] of read.value) if (typeof key === 'string') values.set(key, value);
  return manifestOf(values);
}
