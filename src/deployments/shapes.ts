import { z } from 'zod';

const changeShape = z.object({
  name: z.string(),
  repositoryId: z.string().nullable(),
  /** `code`: a restart is enough. */
  change: z.enum(['install', 'update', 'code']),
  fromVersion: z.string().nullable(),
  toVersion: z.string().nullable(),
  reasons: z.array(z.string()),
  migrations: z.array(z.string()),
});
export type PlannedChange = z.infer<typeof changeShape>;

const commitShape = z.object({
  repositoryId: z.string(),
  sha: z.string(),
  subject: z.string(),
  author: z.string(),
  at: z.string(),
});

export const planShape = z.object({
  modules: z.array(changeShape),
  /** Newest first, at most 50 of each repository. */
  commits: z.array(commitShape),
  /** Whether Odoo's database changes: modules are updated or installed. */
  database: z.boolean(),
  updateAll: z.boolean(),
  /** An image is built for packages that the repositories ask for. */
  image: z.boolean(),
  /** From earlier deployments of the instance; null without one. */
  expectedDowntimeMs: z.number().nullable(),
});
export type Plan = z.infer<typeof planShape>;

export const findingShape = z.object({
  severity: z.enum(['error', 'warning']),
  module: z.string().nullable(),
  file: z.string().nullable(),
  line: z.number().nullable(),
  message: z.string(),
  traceback: z.string().nullable(),
});
export type Finding = z.infer<typeof findingShape>;

export const findingsShape = z.array(findingShape);
