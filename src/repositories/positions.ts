import type { Tx } from '../database/database.ts';
import { AppError } from '../errors.ts';

const mostRepositories = 20;

/** Changes of which repositories a project has, and in which order, come one after the other. */
export async function lockProject(tx: Tx, orgId: string, projectId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM projects WHERE id = ${projectId}::uuid AND org_id = ${orgId}::uuid FOR NO KEY UPDATE`;
}

export async function idsInOrder(tx: Tx, orgId: string, projectId: string): Promise<string[]> {
  const rows = await tx.repository.findMany({
    where: { projectId, orgId },
    select: { id: true },
    orderBy: { position: 'asc' },
  });
  return rows.map(({ id }) => id);
}

/** The position behind the last one. */
export function nextPosition(ids: readonly string[]): number {
  if (ids.length < mostRepositories) return ids.length + 1;
  throw new AppError('conflict', `A project can have up to ${mostRepositories} repositories`, {
    constraint: 'max',
    maximum: mostRepositories,
  });
}

/** Numbers the repositories of a project in this order, from 1. */
export async function number(tx: Tx, orgId: string, projectId: string, ids: readonly string[]): Promise<void> {
  // No two of them may have the same number in between either.
  await tx.$executeRaw`UPDATE repositories SET position = -position WHERE project_id = ${projectId}::uuid AND org_id = ${orgId}::uuid`;
  await tx.$executeRaw`UPDATE repositories r SET position = o.number FROM unnest(${[...ids]}::uuid[]) WITH ORDINALITY o(id, number) WHERE r.id = o.id AND r.org_id = ${orgId}::uuid`;
}

/** The ids with one of them moved; a position beyond the last is the last. */
export function moved(ids: readonly string[], id: string, position: number): string[] {
  const others = ids.filter((other) => other !== id);
  return [...others.slice(0, position - 1), id, ...others.slice(position - 1)];
}
