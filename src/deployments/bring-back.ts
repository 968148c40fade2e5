import { bringCode, contentsShape } from '../deployed-code/index.ts';
import { found } from '../errors.ts';
import { siteOf } from '../instances/index.ts';
import { type Context, deploymentOf, updateDeployment } from './context.ts';
import { sourcesOf } from './rows.ts';

/** Makes the code of the deployment that is gone back to ready: from the server, where it still is, else from Git. */
export async function bringBack(context: Context): Promise<string> {
  const { app, operation, input } = context;
  const site = await siteOf(context);
  const { targetId } = await deploymentOf(context);
  if (targetId === null) return 'The code of the image alone';
  const where = { id: targetId, orgId: operation.orgId };
  const row = await app.db.prisma.deployment.findFirst({ where, include: { contents: true } });
  const target = found(row, 'deployment', targetId);
  const { commitSha, commitMessage, commitAuthor, committedAt } = target;
  await updateDeployment(context, { sources: sourcesOf(target), commitSha, commitMessage, commitAuthor, committedAt });
  const modules = contentsShape.parse(target.contents?.modules ?? []);
  const contents = { deploymentId: input.deploymentId, orgId: operation.orgId, modules };
  await context.write((tx) =>
    tx.deploymentContents.upsert({
      where: { deploymentId: input.deploymentId },
      create: contents,
      update: { modules },
    }),
  );
  const { addons, image } = await bringCode(context, site, target, input.deploymentId);
  await updateDeployment(context, { ...(addons ? { addons } : {}), image });
  return commitSha ?? 'It has no commit';
}
