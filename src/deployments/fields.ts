import { z } from 'zod';
import { validationError } from '../errors.ts';
import { isRefName, isSha } from '../git/index.ts';

const refName = z.string().min(1).max(200).refine(isRefName, 'is not a name that Git allows');
const moduleName = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_]*$/, 'is not the name of a module');

export const deployInput = z.object({
  instanceId: z.string().nullish(),
  environmentId: z.string().nullish(),
  branch: refName.nullish(),
  tag: refName.nullish(),
  commitSha: z
    .string()
    .max(64)
    .toLowerCase()
    .refine(isSha, 'must be a whole commit name of 40 or 64 hexadecimal digits')
    .nullish(),
  updateAll: z.boolean().nullish(),
  install: z.array(moduleName).max(50).nullish(),
  snapshot: z.boolean().nullish(),
  dryRun: z.boolean().nullish(),
});
export type DeployInput = z.infer<typeof deployInput>;

/** At most one of the three says what is deployed. */
export function requireOneRef({ branch, tag, commitSha }: DeployInput): void {
  const given = Object.entries({ branch, tag, commitSha }).filter(([, value]) => typeof value === 'string');
  const [, second] = given;
  if (second === undefined) return;
  throw validationError([
    {
      field: second[0],
      constraint: 'exclusive',
      message: `${second[0]}: name a branch, a tag or a commit, only one of them`,
    },
  ]);
}

export const rollbackInput = z.object({
  deploymentId: z.string().nullish(),
  snapshotId: z.string().nullish(),
  mode: z.enum(['code_only', 'code_and_database']).nullish(),
  createSafetySnapshot: z.boolean().nullish(),
  confirmName: z.string().max(200).nullish(),
});
