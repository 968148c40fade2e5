import { z } from 'zod';
import { parseImageReference } from '../remote/index.ts';

/** An image as Docker names it: a text that Docker would read otherwise, or not at all, never reaches a server. */
export const imageReference = z
  .string()
  .max(512)
  .refine((text) => parseImageReference(text) !== undefined, {
    message:
      'must be an image reference such as registry.example.com:5000/odoo:19.0 or odoo@sha256:…: a lower-case name of at most 255 characters, then a tag or a digest',
    params: { constraint: 'format' },
  });
