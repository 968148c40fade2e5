import { z } from 'zod';
import { databaseName, ensureDatabaseRuns, removeTools } from '../instances/index.ts';
import { implementOperation } from '../operations/registry.ts';
import { transferSite } from './context.ts';
import { exportKind } from './kinds.ts';
import { ensureHolder, ensureVolume, removePlace } from './place.ts';
import { newExpiry } from './rows.ts';
import { settleTransfer } from './settle.ts';
import { runZipTool } from './zip-tool.ts';

const written = z.object({ bytes: z.int().default(0) });

export const exportJob = implementOperation({
  kind: exportKind,
  steps: {
    prepare: async (context) => {
      const { transfer, site } = await transferSite(context);
      await ensureDatabaseRuns(site.host, site.instance, context.signal);
      await ensureVolume(site, transfer, context.operation.id);
    },
    write: async (context) => {
      const { transfer, site } = await transferSite(context);
      const name = databaseName(site.instance.slug);
      const { bytes } = written.parse(
        await runZipTool(context, site, transfer, { mode: 'write', database: name, filestore: name }),
      );
      await ensureHolder(site, transfer, context.operation.id);
      await context.saveState({ bytes });
      return `${(bytes / 1e6).toFixed(1)} MB`;
    },
  },
  cleanup: async (context) => {
    const { transfer, site } = await transferSite(context);
    await removeTools(context, site);
    await removePlace(site, transfer);
  },
  settle: (tx, context, outcome, error) =>
    settleTransfer(tx, context, outcome, error, {
      action: 'transfer.exported',
      done: { status: 'ready', sizeBytes: BigInt(written.parse(context.state).bytes), expiresAt: newExpiry() },
    }),
});
