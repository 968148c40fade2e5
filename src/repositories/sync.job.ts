import { z } from 'zod';
import { recordFact } from '../audit/mutation.ts';
import { implementOperation } from '../operations/registry.ts';
import { syncRepositoryKind } from './kinds.ts';
import { recordRefs } from './refs.ts';
import { factAbout } from './rows.ts';
import { headIn, reachHost, readRefs, settled } from './steps.ts';

/** What the last step leaves for the event. */
const readShape = z.object({ branches: z.number(), tags: z.number(), sha: z.string() });

export const syncRepositoryJob = implementOperation({
  kind: syncRepositoryKind,
  steps: {
    reach: reachHost,
    refs: async (context) => {
      const { row, refs } = await readRefs(context);
      const kept = await context.write((tx) => recordRefs(tx, row, refs));
      const left = refs.branches.length + refs.tags.length - kept.branches - kept.tags;
      if (left > 0) context.log('warning', `${left} branches and tags are not recorded: there are too many of them`);
      const sha = headIn(row, refs);
      await context.saveState({ ...kept, sha });
      return `${kept.branches} branches and ${kept.tags} tags; ${row.branch} is at ${sha}`;
    },
  },
  settle: async (tx, { operation, scope, state }, outcome, error) => {
    const { resourceId: id, orgId } = operation;
    const before = await tx.repository.findFirst({ where: { id, orgId } });
    if (!before) return;
    const row = await settled(tx, operation, outcome, error, before);
    await recordFact(
      tx,
      scope,
      outcome === 'succeeded'
        ? { action: 'repository.synced', ...factAbout(row), after: { branch: row.branch, ...readShape.parse(state) } }
        : {
            action: 'repository.sync_failed',
            ...factAbout(row),
            after: { status: row.status, reason: error?.code ?? null },
          },
    );
  },
});
