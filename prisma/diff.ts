/**
 * For developers: prints the SQL that brings an empty database to `prisma/schema.prisma`, or (`--from FILE`) an older
 * schema to it. Runs the schema engine as WebAssembly on a throw-away database, so that nothing is downloaded.
 * Usage: npm run -s schema:diff [-- --from older.prisma] > prisma/migrations/<time>_<name>/migration.sql
 */
import { mkdtemp, readFile, rm, chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { startEmbedded } from './embedded.ts';

const require = createRequire(import.meta.url);
const wasm = await readFile(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/js$/, 'wasm'));
const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings });
bindings.__wbg_set_wasm(instance.exports);
const start = instance.exports['__wbindgen_start'];
if (typeof start === 'function') start();

const file = async (path: string) => ({ path, content: await readFile(path, 'utf8') });
const target = await file(new URL('./schema.prisma', import.meta.url).pathname);
const flag = process.argv.indexOf('--from');
const older = flag > 0 ? process.argv[flag + 1] : undefined;
const olderFiles = older ? [await file(older)] : [];

const dir = await mkdtemp(join(tmpdir(), 'ocore-diff-'));
await chmod(dir, 0o755);
const database = await startEmbedded(dir);
try {
  const engine = await bindings.SchemaEngine.new(
    { datamodels: [[target.path, target.content]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new PrismaPg(database.url)),
  );
  const result = await engine.diff({
    from: olderFiles.length > 0 ? { tag: 'schemaDatamodel', files: olderFiles } : { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files: [target] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  process.stdout.write(result.stdout ?? '');
} finally {
  await database.stop();
  await rm(dir, { recursive: true, force: true });
}
