import { z } from 'zod';

/** A commit of one of the repositories. */
const sourceShape = z.object({
  repositoryId: z.string(),
  name: z.string(),
  url: z.string(),
  provider: z.string(),
  position: z.number(),
  /** The branch or tag that it was found by; null for a commit that was named. */
  ref: z.string().nullable(),
  sha: z.string(),
  subject: z.string().nullable(),
  author: z.string().nullable(),
  at: z.string().nullable(),
});
export type Source = z.infer<typeof sourceShape>;

/** A module with what tells whether its content changed. */
const contentShape = z.object({
  name: z.string(),
  version: z.string().nullable(),
  id: z.string(),
  path: z.string(),
  repositoryId: z.string(),
});
export type Content = z.infer<typeof contentShape>;

export const sourcesShape = z.array(sourceShape);
export const contentsShape = z.array(contentShape);
