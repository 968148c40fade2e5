import { z } from 'zod';
import { imagePattern, parseImageReference } from '../remote/index.ts';

const message =
  'must be an image reference such as registry.example.com:5000/odoo:19.0 or odoo@sha256:…: a lower-case name of at most 255 characters, then a tag or a digest';

/** An image as Docker names it: a text that Docker would read otherwise, or not at all, never reaches a server. */
export const imageReference = z
  .string()
  .max(512)
  .regex(imagePattern, { error: message, abort: true })
  .refine((text) => parseImageReference(text) !== undefined, { message, params: { constraint: 'format' } });
