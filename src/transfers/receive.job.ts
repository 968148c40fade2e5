import { type StepContext, StepError } from '../operations/kind.ts';
import { implementOperation } from '../operations/registry.ts';
import { freeBytes } from '../remote/index.ts';
import { transferSite } from './context.ts';
import { receiveKind } from './kinds.ts';
import { ensureHolder, ensureVolume, removePlace, transferFolder } from './place.ts';
import { newExpiry } from './rows.ts';
import { settleTransfer } from './settle.ts';

/** What stays free for the server itself. */
const marginBytes = 256 * 1024 ** 2;

async function requireSpace(
  { signal }: Pick<StepContext<unknown>, 'signal'>,
  docker: Parameters<typeof freeBytes>[0],
  holder: string,
  needed: number,
): Promise<void> {
  const free = await freeBytes(docker, holder, transferFolder, signal);
  if (needed + marginBytes > free)
    throw new StepError(
      'disk_space',
      `${(needed / 1e9).toFixed(1)} GB are needed on the disk of the server, and ${(free / 1e9).toFixed(1)} GB are free`,
    );
}

export const receiveJob = implementOperation({
  kind: receiveKind,
  steps: {
    prepare: async (context) => {
      const { transfer, site } = await transferSite(context);
      await ensureVolume(site, transfer, context.operation.id);
      const holder = await ensureHolder(site, transfer, context.operation.id);
      await requireSpace(context, site.host.docker, holder, Number(transfer.sizeBytes ?? 0));
      return 'The upload can begin';
    },
  },
  cleanup: async (context) => {
    const { transfer, site } = await transferSite(context);
    await removePlace(site, transfer);
  },
  settle: (tx, context, outcome, error) =>
    settleTransfer(tx, context, outcome, error, {
      action: 'transfer.receiving',
      done: { status: 'receiving', expiresAt: newExpiry() },
    }),
});
