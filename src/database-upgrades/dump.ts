import type { Site } from '../instances/index.ts';
import type { StepContext } from '../operations/kind.ts';
import { type Dumped, dumpedShape, scratchOf, takeDump } from '../snapshots/index.ts';
import { measured } from './measure.ts';

type Context = StepContext<unknown>;

/** Dumps the database of the instance with its rows counted in the same state; what is to be there afterwards. */
export async function dump(context: Context, site: Site): Promise<string> {
  const dumped = await measured(context, 'dump', () =>
    takeDump(context, site, {
      onProgress: ({ bytesDone, bytesTotal }) => context.progress((100 * bytesDone) / Math.max(1, bytesTotal)),
    }),
  );
  await context.saveState({ dumped: { ...dumped } });
  const { databaseBytes, rows } = dumped;
  return `${(databaseBytes / 1e6).toFixed(1)} MB of ${Object.keys(rows).length} tables`;
}

export const dumpedOf = ({ state }: Pick<Context, 'state'>): Dumped => dumpedShape.parse(state['dumped']);

/** The volume that has it. */
export const dumpVolume = ({ operation }: Pick<Context, 'operation'>, site: Site): string =>
  scratchOf(site, operation.id);
