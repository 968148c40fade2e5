import { z } from 'zod';

/**
 * Line breaks, control characters, changes of the direction of text, and characters of no width that no script needs.
 * NUL is refused in every text, not only here.
 */
const unwanted = /[^\P{Cc}\u0000]|[\p{Zl}\p{Zp}\p{Bidi_Control}\u00ad\u180e\u200b\u2060-\u2064\ufeff]/u;
/** What is not seen, also where a script needs it: a link may be hidden by it. */
export const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** A web address, as a mail program or browser would make a link of it. A mere domain may be a company's name. */
const address = /:\/\/|\bwww\.|\b(mailto|javascript):|[\p{L}\p{N}]\.\p{L}{2,}[/:?#]\S/iu;

/** What a person calls something, shown to others: one line of visible text. `sizes`: the message about its length. */
export function displayName(longest: number, shortest = 1, sizes?: string) {
  return z
    .string()
    .trim()
    .min(shortest, sizes)
    .max(longest, sizes)
    .refine((text) => !unwanted.test(text), {
      message:
        'must not contain line breaks, control characters, invisible characters or characters that change the text direction',
      params: { constraint: 'plain_text' },
    });
}

/** The name of a person or an organization, which strangers read in e-mails: no web address either. */
export function publicName(longest: number, shortest = 1) {
  return displayName(longest, shortest).refine((text) => !address.test(text.replace(invisible, '')), {
    message: 'must not contain a web address',
    params: { constraint: 'no_link' },
  });
}
