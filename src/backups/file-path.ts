import { z } from 'zod';

/** In bytes: the longest name of a file has 255. */
const longestPath = 500;

const isPlain = (path: string): boolean =>
  !/\p{Cc}/u.test(path) && path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');

/** A path below the filestore, as `ab/ab12…`: it cannot lead out of it. */
export const filePath = z
  .string()
  .min(1)
  .max(longestPath)
  .refine((path) => Buffer.byteLength(path) <= longestPath, {
    error: `may have up to ${longestPath} bytes`,
    params: { constraint: 'max_length' },
  })
  .refine(isPlain, {
    error: 'must be names separated by /, none of them empty, . or .., without control characters',
    params: { constraint: 'format' },
  });
