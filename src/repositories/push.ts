import type { Repository } from '../../prisma/generated/client/client.ts';
import { itself } from '../access/access.ts';
import type { Client } from '../access/client.ts';
import { organizationDeactivated } from '../access/deactivated.ts';
import type { App } from '../app.ts';
import { type Mutation, mutate } from '../audit/mutation.ts';
import type { Tx } from '../database/database.ts';
import { found } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Delivery, Headers } from '../push-webhooks/index.ts';
import { maintenanceRefusal } from '../settings/index.ts';
import { environmentFor } from './environment-for.ts';
import { provenDelivery, type ProvenRepository } from './push-proof.ts';
import { branchesOf, type PushedBranch } from './pushed-branch.ts';
import { headsOf, recordPushed } from './refs.ts';
import { syncAfterPush } from './request.ts';
import { factAbout } from './rows.ts';

/** What its host is answered. */
export interface PushAnswer {
  /** As the host calls its delivery. */
  id: string;
  status: 'accepted' | 'ignored' | 'duplicate';
  message: string;
}

/** Of one delivery; the others are found by the synchronization. */
const mostEvents = 50;

/** Why nothing comes of it, whatever was pushed. */
function reasonToIgnore({ project }: ProvenRepository, { event }: Delivery): string | undefined {
  if (event === 'ping') return 'The webhook is set up: pushes will be taken';
  if (event === 'other') return 'Only pushes count';
  if (project.org.status === 'removing') return 'The organization is being deleted';
  return project.archivedAt ? 'The project is archived' : undefined;
}

/**
 * Of a body that came before under another id, which no signature covers: the branches that are where it says that they were,
 * as they can be after pushes there and back.
 */
async function continuing(tx: Tx, row: Repository, branches: readonly PushedBranch[]): Promise<PushedBranch[]> {
  const heads = await headsOf(
    tx,
    row,
    branches.map(({ name }) => name),
  );
  return branches.filter(({ name, before }) => (heads.get(name) ?? null) === before);
}

async function tell({ tx, record }: Mutation, row: Repository, branch: PushedBranch): Promise<void> {
  const { name, sha, before, pushedBy } = branch;
  const { environmentId } = await environmentFor(tx, { id: row.projectId, orgId: row.orgId }, name);
  const after = { branch: name, sha, before, environmentId, pushedBy };
  await record({ action: 'repository.pushed', ...factAbout(row), after });
}

/** Leaves word of what is to be deployed. Of several pushes of a branch the newest counts: its commit is found out then. */
async function leaveWord(
  tx: Tx,
  { id, orgId, projectId }: Repository,
  branches: readonly PushedBranch[],
): Promise<void> {
  for (const { name: branch, pushedBy } of branches)
    await tx.pendingPush.upsert({
      where: { repositoryId_branch: { repositoryId: id, branch } },
      create: { id: newId(), orgId, projectId, repositoryId: id, branch, pushedBy },
      update: { pushedBy },
    });
}

/** Whether the delivery came before, and whether its body came as another one. */
async function keep(tx: Tx, { id, orgId }: Repository, { id: deliveryId, digest }: Delivery) {
  // One that comes at the same time waits here for the first.
  const kept = await tx.pushDelivery.createMany({
    data: [{ id: newId(), orgId, repositoryId: id, deliveryId, digest }],
    skipDuplicates: true,
  });
  const others = { orgId, repositoryId: id, digest, NOT: { deliveryId } };
  const repeated = (await tx.pushDelivery.findFirst({ where: others, select: { id: true } })) !== null;
  return { isNew: kept.count > 0, repeated };
}

async function take(mutation: Mutation, { id, orgId }: Repository, delivery: Delivery): Promise<PushAnswer> {
  const { tx } = mutation;
  const answer = (status: PushAnswer['status'], message: string): PushAnswer => ({ id: delivery.id, status, message });
  const row = found(await tx.repository.findFirst({ where: { id, orgId } }), 'repository', id);
  const { isNew, repeated } = await keep(tx, row, delivery);
  if (!isNew) return answer('duplicate', 'This delivery came before');
  const { branches, reasons } = branchesOf(delivery.pushes);
  if (branches.length === 0) return answer('ignored', reasons[0] ?? 'No branch was pushed');
  const moved = repeated ? await continuing(tx, row, branches) : branches;
  if (moved.length === 0) return answer('duplicate', 'The same body came before, as another delivery');
  for (const branch of moved.slice(0, mostEvents)) await tell(mutation, row, branch);
  // The row of the repository before its refs, as where a synchronization records them.
  await syncAfterPush(mutation, row);
  await recordPushed(tx, row, moved);
  await leaveWord(tx, row, moved.slice(0, mostEvents));
  const names = moved.map(({ name }) => name).slice(0, 3);
  return answer('accepted', `${names.join(', ')} recorded; the repository is read`);
}

/** Takes what the host of a repository says of a push. Nothing but the database is waited for. */
export async function receivePush(
  app: App,
  client: Client,
  id: string,
  headers: Headers,
  body: Buffer,
): Promise<PushAnswer> {
  const frozen = maintenanceRefusal(app.settings.current);
  if (frozen) throw frozen;
  const { repository, delivery } = await provenDelivery(app, id, headers, body);
  const { org } = repository.project;
  if (org.status === 'deactivated') throw organizationDeactivated(org);
  const reason = reasonToIgnore(repository, delivery);
  if (reason !== undefined) return { id: delivery.id, status: 'ignored', message: reason };
  const scope = { orgId: repository.orgId, actor: itself, ...client };
  return mutate(app, scope, (mutation) => take(mutation, repository, delivery));
}
