import { z } from 'zod';
import type { Deployment } from '../../prisma/generated/client/client.ts';
import { Prisma } from '../database/database.ts';
import {
  addonsOf,
  addonsPart,
  addonsShape,
  findContainer,
  instanceLabel,
  namesOf,
  operationLabel,
  partLabel,
  removeContainer,
  type Site,
} from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { unless } from '../remote/index.ts';
import { bringCode, type Code } from './bring.ts';
import { removeImages } from './image.ts';

const key = 'codeBefore';
const beforeShape = z.object({
  deploymentId: z.string().nullable(),
  addons: addonsShape.nullable(),
  builtImage: z.string().nullable(),
  settingsPending: z.boolean(),
});

type Context = StepContext<unknown>;

/** The code of a deployment on the server of an instance that it was not made for; null where there was no deployment. */
export async function codeOf(context: Context, site: Site, deploymentId: string | null): Promise<Code> {
  const where = { id: deploymentId ?? '', orgId: context.operation.orgId };
  const row = deploymentId === null ? null : await context.app.db.prisma.deployment.findFirst({ where });
  return row ? bringCode(context, site, row, context.operation.id) : { addons: null, image: null };
}

/** Gives an instance the code that another one had when its data was saved. Odoo is made anew with it when it starts. */
export async function carryCode(context: Context, site: Site, deploymentId: string | null): Promise<void> {
  const { instance } = site;
  const { addons, image } = await codeOf(context, site, deploymentId);
  if (context.state[key] === undefined) {
    const { deploymentId: id, builtImage, settingsPending } = instance;
    const known = addonsShape.nullable().parse(instance.addons);
    await context.saveState({ [key]: { deploymentId: id, addons: known, builtImage, settingsPending } });
  }
  const data = { deploymentId, addons: addons ?? Prisma.DbNull, builtImage: image, settingsPending: true };
  await context.write((tx) => tx.instance.update({ where: { id: instance.id, orgId: instance.orgId }, data }));
}

/** Gives it back what it had before, in a clean-up: before Odoo is started again, unless the new data stays. */
export async function returnCode(context: Context, { host, instance }: Site): Promise<void> {
  const before = beforeShape.safeParse(context.state[key]).data;
  if (!before || context.state['replaced'] === true) return;
  const made = await findContainer(host, namesOf(instance.id).odoo);
  if (made?.Config?.Labels[operationLabel] === context.operation.id) await removeContainer(host, made.Id);
  const data = { ...before, addons: before.addons ?? Prisma.DbNull };
  await context.write((tx) => tx.instance.update({ where: { id: instance.id, orgId: instance.orgId }, data }));
}

/** Removes what the server has of an instance's code, but for what it runs and for `kept`. */
export async function removeOtherCode(
  { host, instance }: Pick<Site, 'host' | 'instance'>,
  kept: readonly Pick<Deployment, 'addons' | 'image'>[] = [],
): Promise<void> {
  const all = [{ addons: instance.addons, image: instance.builtImage }, ...kept];
  const volumes = new Set(all.map(({ addons }) => addonsOf({ addons })?.volume));
  const labels = [`${instanceLabel}=${instance.id}`, `${partLabel}=${addonsPart}`];
  for (const { Name } of await host.docker.listVolumes(labels))
    if (!volumes.has(Name)) await unless(404, host.docker.removeVolume(Name));
  await removeImages({ host, instance }, new Set(all.flatMap(({ image }) => image ?? [])));
}
