import { z } from 'zod';
import { displayName } from '../display-name.ts';
import { AppError } from '../errors.ts';
import { type GitUrl, isRefName, parseGitUrl } from '../git/index.ts';
import { serverFields } from '../servers/index.ts';
import { isBranchPattern } from './branch-name.ts';

const name = displayName(100);

/** The address as everything else has it; what is wrong with it is said of this field. */
const repositoryUrl = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .transform((text, context): GitUrl => {
    try {
      return parseGitUrl(text);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      context.addIssue({
        code: 'custom',
        message: error.message.replace(/^url: /, ''),
        params: { constraint: error.details['constraint'] },
      });
      return z.NEVER;
    }
  });
export const branchName = z
  .string()
  .min(1)
  .max(255)
  .refine(isRefName, {
    message: 'must be the name of a branch, as git check-ref-format allows it',
    params: { constraint: 'format' },
  });
const provider = z.enum(['github', 'gitlab', 'bitbucket', 'gitea', 'git']);
const access = z.enum(['none', 'token', 'deploy_key']);
const username = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\u0000-\u0020\u007f:]+$/, 'must not contain spaces, colons or control characters');
const token = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[\u0021-\u007e]+$/, 'must not contain spaces, control characters or letters beyond ASCII');

const settings = {
  name: name.nullish(),
  provider: provider.nullish(),
  access: access.nullish(),
  username: username.nullish(),
  token: token.nullish(),
};
export const createInput = z.object({ repositoryUrl, branch: branchName.nullish(), ...settings });
export const updateInput = z.object({
  repositoryUrl: repositoryUrl.nullish(),
  branch: branchName.nullish(),
  ...settings,
  position: z.int().min(1).max(100).nullish(),
});
export type Settings = z.output<typeof updateInput>;

export const acceptHostKeyInput = z.object({ fingerprint: serverFields.hostKeyFingerprint });

const branchPattern = z
  .string()
  .min(1)
  .max(255)
  .refine(isBranchPattern, {
    message: 'must be the name of a branch, or a pattern such as feature/* or release/**',
    params: { constraint: 'format' },
  });
const priority = z.int().min(0).max(10_000);
export const createMappingInput = z.object({
  branchPattern,
  environmentId: z.string(),
  priority: priority.nullish(),
});
export const updateMappingInput = z.object({
  branchPattern: branchPattern.nullish(),
  environmentId: z.string().nullish(),
  priority: priority.nullish(),
});
export const destinationArgs = z.object({ branch: branchName });
