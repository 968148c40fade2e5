import { randomBytes } from 'node:crypto';

/** UUIDv7 (RFC 9562): sorted by time of creation, so that the primary key is the order of every list. */
let lastMs = 0;
let counter = 0;

export function newId(): string {
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    counter = 0;
  } else {
    // The 12 bits after the time count within a millisecond, so ids of one process never run backwards.
    counter += 1;
    if (counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
  }
  const bytes = randomBytes(16);
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The least id that can have been made at the time or later. */
export function firstIdAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** PostgreSQL refuses a malformed uuid with an error; for a user it is simply an id that does not exist. */
export function isId(value: string): boolean {
  return uuid.test(value);
}

/** UUIDs mean the same in any case (RFC 9562); events, locks and comparisons know only the one that PostgreSQL writes. */
export function canonicalId(value: string): string {
  return isId(value) ? value.toLowerCase() : value;
}
