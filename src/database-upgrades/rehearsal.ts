import { z } from 'zod';

const seconds = z.number().nonnegative();

/** What a rehearsal found out, as the row of its instance has it. */
export const rehearsalShape = z.object({
  operationId: z.string(),
  status: z.enum(['succeeded', 'failed']),
  fromImage: z.string(),
  targetVersion: z.int(),
  targetImage: z.string(),
  /** The code and the words of what went wrong. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  finishedAt: z.iso.datetime().transform((text) => new Date(text)),
  /** What each part took; null for what was not reached. */
  dumpSeconds: seconds.nullable(),
  loadSeconds: seconds.nullable(),
  checkSeconds: seconds.nullable(),
  startSeconds: seconds.nullable(),
  tables: z.int().nullable(),
  databaseBytes: z.number().nullable(),
});
export type Rehearsal = z.infer<typeof rehearsalShape>;

export const rehearsalOf = ({ databaseRehearsal }: { databaseRehearsal: unknown }): Rehearsal | null =>
  rehearsalShape.nullable().parse(databaseRehearsal);

/** How long Odoo would be away: all that is done while it is stopped. Null where the rehearsal did not get so far. */
export function downtimeOf({ dumpSeconds, loadSeconds, checkSeconds, startSeconds }: Rehearsal): number | null {
  const parts = [dumpSeconds, loadSeconds, checkSeconds, startSeconds];
  return parts.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
}

const validMs = 7 * 86_400_000;

/** Whether it shows that this upgrade works: the data of a week ago are those of today, the images of a month ago are not. */
export const isProof = (rehearsal: Rehearsal | null, image: string, fromImage: string): boolean =>
  rehearsal?.status === 'succeeded' &&
  rehearsal.targetImage === image &&
  rehearsal.fromImage === fromImage &&
  Date.now() - rehearsal.finishedAt.getTime() < validMs;
