import type { Site } from '../instances/index.ts';
import { type Context, updateDeployment } from './context.ts';

const downKey = 'downAt';
const upKey = 'upAt';

/** Whether anything was stopped or changed. */
export const isTouched = ({ state }: Pick<Context, 'state'>): boolean => typeof state[downKey] === 'number';

/** Before anything is stopped: from here on there is something to come back to. */
export async function markDown(context: Context, { instance }: Pick<Site, 'instance'>): Promise<void> {
  if (isTouched(context)) return;
  await context.saveState({ [downKey]: Date.now() });
  const where = { id: instance.id, orgId: instance.orgId };
  await context.write((tx) => tx.instance.update({ where, data: { status: 'restarting' } }));
  await updateDeployment(context, { status: 'deploying' });
}

/** Odoo serves, with the new code or again with the old. */
export const markUp = (context: Context): Promise<void> => context.saveState({ [upKey]: Date.now() });

/** In ms; null while it is not known. */
export function downtimeOf({ state }: Pick<Context, 'state'>): number | null {
  const [down, up] = [state[downKey], state[upKey]];
  if (typeof down !== 'number') return 0;
  return typeof up === 'number' ? Math.max(0, up - down) : null;
}
