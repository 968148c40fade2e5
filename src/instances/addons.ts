import { z } from 'zod';
import { Prisma } from '../database/database.ts';
import type { Instance } from '../../prisma/generated/client/client.ts';

/** Where a container has the addons of a deployment, beside what its image brings. */
export const addonsTarget = '/mnt/ocore-addons';
/** The part of the volumes that hold them. */
export const addonsPart = 'addons';

/** The addons of one deployment: the volume with them, and the directories with modules in it. */
export const addonsShape = z.object({ volume: z.string(), paths: z.array(z.string()) });
export type Addons = z.infer<typeof addonsShape>;

/** Null where the image alone brings the modules. */
export const addonsOf = ({ addons }: Pick<Instance, 'addons'>): Addons | null =>
  addonsShape.nullable().catch(null).parse(addons);

/** The image that Odoo's containers are made from: the instance's own, or what was built on it for a deployment. */
export const codeImageOf = ({ image, builtImage }: Pick<Instance, 'image' | 'builtImage'>): string =>
  builtImage ?? image;

/** Of an instance that has nothing on its server. */
export const noCode = { deploymentId: null, addons: Prisma.DbNull, builtImage: null };

/** The volume is only read by whoever runs the code. */
export function addonsMounts(instance: Pick<Instance, 'addons'>) {
  const addons = addonsOf(instance);
  return addons ? [{ Type: 'volume' as const, Source: addons.volume, Target: addonsTarget, ReadOnly: true }] : [];
}
