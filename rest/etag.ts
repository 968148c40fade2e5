import { createHash } from 'node:crypto';

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

/**
 * The strong ETag of a JSON response; a compressed one has its encoding behind it, after a `+`. Where a part of a resource
 * is mere readings (when it was last seen), the ETag has two parts: what it is without them, and the whole.
 */
export function etagOf(body: unknown, text: string, readings: readonly string[] | undefined): string {
  const whole = digest(text);
  if (!readings || typeof body !== 'object' || body === null) return `"${whole}"`;
  const lasting = Object.fromEntries(Object.entries(body).filter(([name]) => !readings.includes(name)));
  return `"${digest(JSON.stringify(lasting))}.${whole}"`;
}

interface Tag {
  weak: boolean;
  value: string;
  /** The same in every encoding. */
  plain: string;
}

function tagsOf(header: string): Tag[] {
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].map((match) => ({ weak: match[1] !== undefined, value: match[2] ?? '', plain: match[2]?.split('+')[0] ?? '' }));
}

/** If-None-Match: the ETag under which the client has this response, in whichever encoding. */
export function knownAs(header: string | undefined, etag: string): string | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return etag;
  const known = tagsOf(header).find(({ plain }) => `"${plain}"` === etag);
  return known && `"${known.value}"`;
}

/** If-Match: whether the client has seen the resource as it is; new readings do not make it another. */
export function isCurrent(header: string, etag: string): boolean {
  const [lasting] = etag.slice(1, -1).split('.');
  return header.trim() === '*' || tagsOf(header).some(({ weak, plain }) => !weak && plain.split('.')[0] === lasting);
}
