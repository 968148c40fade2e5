import { recordFact } from '../audit/mutation.ts';
import { implementOperation } from '../operations/registry.ts';
import { validateRepositoryKind } from './kinds.ts';
import { factAbout } from './rows.ts';
import { headIn, reachHost, readRefs, settled } from './steps.ts';

export const validateRepositoryJob = implementOperation({
  kind: validateRepositoryKind,
  steps: {
    reach: reachHost,
    access: async (context) => {
      const { row, refs } = await readRefs(context);
      return `${row.branch} is at ${headIn(row, refs)}`;
    },
  },
  settle: async (tx, { operation, scope }, outcome, error) => {
    const { resourceId: id, orgId } = operation;
    const before = await tx.repository.findFirst({ where: { id, orgId } });
    if (!before) return;
    const row = await settled(tx, operation, outcome, error, before);
    await recordFact(tx, scope, {
      action: outcome === 'succeeded' ? 'repository.validated' : 'repository.validation_failed',
      ...factAbout(row),
      after: { status: row.status, reason: error?.code ?? null },
    });
  },
});
