import { z } from 'zod';
import { canonicalId } from '../ids.ts';
import { formats } from './body.ts';
import { isSecret } from './keys.ts';

export const url = z
  .string()
  .max(2048)
  .refine(
    (text) => {
      const parsed = URL.parse(text);
      return parsed?.protocol === 'https:' && parsed.username === '' && parsed.password === '' && parsed.hash === '';
    },
    {
      message: 'must be an https:// URL without user name, password and fragment',
      params: { constraint: 'https' },
    },
  );
const description = z.string().max(500);
const events = z.array(z.string().trim().min(1).max(100)).min(1).max(100);
const projectIds = z.array(z.string().transform(canonicalId)).max(100);
const format = z.enum(formats);
const secret = z
  .string()
  .max(200)
  .refine(isSecret, {
    message: 'must be whsec_ followed by the base64 of 24 to 64 random bytes',
    params: { constraint: 'format' },
  });

export const createInput = z.object({
  url,
  events,
  description: description.nullish(),
  projectIds: projectIds.nullish(),
  format: format.nullish(),
  active: z.boolean().nullish(),
  secret: secret.nullish(),
  asymmetric: z.boolean().nullish(),
});

export const updateInput = z.object({
  url: url.nullish(),
  events: events.nullish(),
  description: description.nullish(),
  projectIds: projectIds.nullish(),
  format: format.nullish(),
  active: z.boolean().nullish(),
});

export const rotateInput = z.object({ secret: secret.nullish(), asymmetric: z.boolean().nullish() });
export const replayInput = z.object({ since: z.date() });
