import type { Repository } from '../../prisma/generated/client/client.ts';
import type { App } from '../app.ts';
import type { Tx } from '../database/database.ts';
import { AppError, found } from '../errors.ts';
import { type GitRefs, parseGitUrl } from '../git/index.ts';
import type { StepContext } from '../operations/kind.ts';
import type { OperationError, Outcome } from '../operations/outcome.ts';
import { isSameHost, pinHostKeys, presentHostKeys } from './host-key.ts';
import { gitOf, remoteOf } from './remote.ts';
import { hostKeysOf } from './rows.ts';

type Context = StepContext<unknown>;

async function rowOf(app: App, { resourceId: id, orgId }: Context['operation']): Promise<Repository> {
  return found(await app.db.prisma.repository.findFirst({ where: { id, orgId } }), 'repository', id);
}

/** Over SSH: pins the keys of a host at the first contact, and refuses any other host from then on. */
export async function reachHost({ app, operation, scope, signal, write }: Context): Promise<string> {
  const row = await rowOf(app, operation);
  const url = parseGitUrl(row.url);
  if (url.protocol === 'https') return `${url.host} proves itself with its certificate`;
  const presented = await gitOf(app).hostKeys(url, signal);
  const pinned = hostKeysOf(row);
  const said = presented.map(({ type, fingerprint }) => `${type} ${fingerprint}`).join(', ');
  if (pinned.length === 0) {
    await write((tx) => pinHostKeys(tx, row, presented));
    return `Its host keys are pinned from now on: ${said}`;
  }
  if (isSameHost(pinned, presented)) return 'It has the pinned host keys';
  await write((tx) => presentHostKeys(tx, scope, row, presented));
  throw new AppError('git_host_key_changed', `${url.host} presented other host keys than the pinned ones: ${said}`);
}

/** What the repository has, read with its credentials. */
export async function readRefs({ app, operation, signal }: Context): Promise<{ row: Repository; refs: GitRefs }> {
  const row = await rowOf(app, operation);
  return { row, refs: await gitOf(app).refs(await remoteOf(app, row), signal) };
}

/** The commit of the branch that is followed. */
export function headIn({ branch }: Repository, { branches, defaultBranch }: GitRefs): string {
  const head = branches.find(({ name }) => name === branch);
  if (head) return head.sha;
  const instead = branches.length === 0 ? 'it has none at all' : `its default branch is ${defaultBranch ?? 'unknown'}`;
  throw new AppError('git_ref_not_found', `The repository has no branch ${branch}; ${instead}`);
}

/** Brings the row to its status. A cancellation leaves it as it was found before. */
export function settled(
  tx: Tx,
  { resourceId: id, orgId }: { resourceId: string; orgId: string },
  outcome: Outcome,
  error: OperationError | null,
  before: Pick<Repository, 'statusCode' | 'validatedAt'>,
): Promise<Repository> {
  const known = before.statusCode ? 'failed' : before.validatedAt ? 'valid' : 'pending';
  const data = {
    succeeded: { status: 'valid', statusMessage: null, statusCode: null, validatedAt: new Date() },
    failed: {
      status: 'failed',
      statusMessage: [error?.message, error?.hint].filter(Boolean).join('. '),
      statusCode: error?.code ?? null,
    },
    cancelled: { status: known },
  } as const;
  return tx.repository.update({ where: { id, orgId }, data: data[outcome] });
}
