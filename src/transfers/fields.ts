import { z } from 'zod';

/** 1 TiB: more than any disk that an instance is on. */
export const largestUpload = 1024 ** 4;

const filename = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((name) => !/[\p{Cc}/\\"]/u.test(name), {
    error: 'must be a file name without slashes, quotes or control characters',
    params: { constraint: 'format' },
  });

export const exportInput = z.object({ includeFilestore: z.boolean().nullish() });
export const beginImportInput = z.object({
  sizeBytes: z.int().min(22).max(largestUpload),
  filename: filename.nullish(),
});
