import { z } from 'zod';
import { abandonPreBackup, settlePreBackup, takePreBackup } from '../backups/index.ts';
import { ensureData, siteOf, sql, waitForOdoo } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import {
  checkIncoming,
  createIncoming,
  keepReplaced,
  prepareFilestore,
  putBack,
  replaceData,
  replacementNames,
  settleReplaced,
} from '../restores/index.ts';
import { findTransfer } from './context.ts';
import { importKind } from './kinds.ts';
import { removePlace } from './place.ts';
import { runZipTool } from './zip-tool.ts';

const both = { database: true, filestore: true };

/** What the check says of the file; nothing of it is taken on trust but as numbers. */
const checked = z.object({
  odoo_dump: z.string().max(20),
  major_version: z.string().max(40),
  pg_version: z.string().max(40),
  dumpBytes: z.number(),
  filestoreBytes: z.number(),
  files: z.number(),
});

type Checked = z.infer<typeof checked>;

/** Throws unless the instance's Odoo and PostgreSQL can take what the manifest describes. */
function requireFitting(
  { odoo_dump, major_version, pg_version }: Checked,
  odooVersion: string,
  serverMajor: number,
): void {
  const refuse = (message: string): never => {
    throw new StepError('archive_refused', message);
  };
  if (odoo_dump !== '1') refuse(`manifest.json is of format ${odoo_dump}; Odoo’s own is 1`);
  const series = major_version.replace(/^saas[~-]/, '');
  if (series !== odooVersion)
    refuse(`The file was made by Odoo ${major_version}; the instance has Odoo ${odooVersion}`);
  const major = Number(pg_version.split('.')[0]);
  if (!Number.isInteger(major)) refuse('manifest.json does not say which PostgreSQL the database is from');
  if (major > serverMajor)
    refuse(`The database is from PostgreSQL ${pg_version}; the instance has the older ${serverMajor}`);
}

async function check(context: StepContext<{ transferId: string }>): Promise<string> {
  const site = await siteOf(context);
  const transfer = await findTransfer(context, context.input.transferId);
  await ensureData(context, site);
  const result = checked.parse(await runZipTool(context, site, transfer, { mode: 'check' }));
  const number = await sql(site.host, site.instance, 'postgres', 'SHOW server_version_num;', context.signal);
  requireFitting(result, site.instance.odooVersion, Math.floor(Number(number) / 10_000));
  return `Odoo ${result.major_version}, ${(result.dumpBytes / 1e6).toFixed(1)} MB of SQL, ${result.files} files`;
}

async function load(context: StepContext<{ transferId: string }>): Promise<string> {
  const site = await siteOf(context);
  const transfer = await findTransfer(context, context.input.transferId);
  const { incoming } = replacementNames(site.instance, context.operation.id);
  if (context.state['loaded'] !== true) {
    await runZipTool(context, site, transfer, {
      mode: 'load',
      database: incoming,
      prepare: () => createIncoming(context, site),
    });
    await checkIncoming(context, site);
    await context.saveState({ loaded: true });
  }
  const { files } = z.object({ files: z.number().default(0) }).parse(
    await runZipTool(context, site, transfer, {
      mode: 'unpack',
      filestore: incoming,
      prepare: () => prepareFilestore(context, site),
    }),
  );
  return `The database is loaded, and ${files} files are there`;
}

export const importJob = implementOperation({
  kind: importKind,
  steps: {
    check,
    safety: async (context) => {
      const site = await siteOf(context);
      if (!context.input.safetyBackup) return 'Not wanted';
      const { id } = await takePreBackup(context, site, 'pre_restore');
      return `The backup ${id} has the data from before`;
    },
    load,
    replace: async (context) => {
      await replaceData(context, await siteOf(context), both);
    },
    health: async (context) => {
      const { host, instance } = await siteOf(context);
      return waitForOdoo(host, instance, context.signal);
    },
    finish: async (context) => {
      const site = await siteOf(context);
      await keepReplaced(context, site, both, context.input.from);
      await removePlace(site, await findTransfer(context, context.input.transferId));
      await context.saveState({ removed: true });
      return 'The data from before and the uploaded file are removed';
    },
  },
  cleanup: async (context) => {
    const site = await siteOf(context);
    await abandonPreBackup(context, site);
    await putBack(context, site, both, context.input.from);
  },
  settle: async (tx, context, outcome, error) => {
    const { transferId } = context.input;
    await settlePreBackup(tx, context, outcome, error);
    if (context.state['removed'] === true)
      await tx.transfer.updateMany({ where: { id: transferId, status: 'ready' }, data: { status: 'removed' } });
    await settleReplaced(tx, context, outcome, error, { source: 'import', sourceId: transferId, ...both });
  },
});
