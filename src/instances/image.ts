import { z } from 'zod';
import type { App } from '../app.ts';
import { imagePattern, parseImageReference } from '../remote/index.ts';

const message =
  'must be an image reference such as registry.example.com:5000/odoo:19.0 or odoo@sha256:…: a lower-case name of at most 255 characters, then a tag or a digest';

/** The public image of a release: with it, no code of the user's own comes. */
export const usualImage = (app: App, odooVersion: string): string => `${app.config.ODOO_IMAGE}:${odooVersion}`;

export const imageOfEnterprise = 'is required with the enterprise edition, which has no public image';

/** An image as Docker names it: a text that Docker would read otherwise, or not at all, never reaches a server. */
export const imageReference = z
  .string()
  .max(512)
  .regex(imagePattern, { error: message, abort: true })
  .refine((text) => parseImageReference(text) !== undefined, { message, params: { constraint: 'format' } });
