import { z } from 'zod';
import { createInstanceInput } from '../instances/index.ts';
import { anonymisation } from './anonymise-rules.ts';

const { name, slug } = createInstanceInput.shape;

export const cloneInput = z
  .object({
    environmentId: z.string().nullish(),
    targetInstanceId: z.string().nullish(),
    confirmName: z.string().nullish(),
    name: name.nullish(),
    slug,
    serverId: z.string().nullish(),
    backupId: z.string().nullish(),
    destinationId: z.string().nullish(),
    includeFilestore: z.boolean().nullish(),
    mailCatcher: z.boolean().nullish(),
    anonymize: anonymisation.nullish(),
  })
  .superRefine((value, context) => {
    const wrong = (field: string, message: string, constraint: string): void =>
      context.addIssue({ code: 'custom', path: [field], message, params: { constraint } });
    if (!value.environmentId === !value.targetInstanceId)
      wrong(
        'environmentId',
        'Give environmentId for a new instance, or targetInstanceId for one that is replaced, and not both',
        'exclusive',
      );
    if (!value.targetInstanceId) return;
    for (const field of ['name', 'slug', 'serverId'] as const)
      if (value[field]) wrong(field, 'An instance that is replaced keeps its name, slug and server', 'exclusive');
  });
export type CloneInput = z.output<typeof cloneInput>;

/** What an operation is told of the copy that it makes. */
export const copyShape = z.object({
  sourceInstanceId: z.string(),
  /** Null: a new snapshot is taken. */
  backupId: z.string().nullable(),
  /** Where the new snapshot goes; null: a volume beside the original. */
  destinationId: z.string().nullable(),
  includeFilestore: z.boolean(),
  mailCatcher: z.boolean(),
  anonymize: anonymisation.nullable(),
});
export type Copy = z.infer<typeof copyShape>;
