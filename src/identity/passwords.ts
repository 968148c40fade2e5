import { hash, verify } from '@node-rs/argon2';
import { AppError } from '../errors.ts';
import { Semaphore } from '../semaphore.ts';

/** Argon2id (the library's default variant) with OWASP's minimum: 19 MiB, two passes, one lane. */
const options = { memoryCost: 19456, timeCost: 2, parallelism: 1 };

// Hashing runs on the thread pool; a flood of logins must not take all of its threads, nor the memory.
const lane = new Semaphore(2);
/** About two seconds of work; who comes when as many wait is asked to come again. */
const maxInLane = 64;
let inside = 0;

async function inLane<T>(work: () => Promise<T>): Promise<T> {
  if (inside >= maxInLane)
    throw new AppError('service_unavailable', 'Too many sign-ins are in progress; try again in a few seconds', {
      retry_after: 3,
    });
  inside += 1;
  const release = await lane.acquire();
  try {
    return await work();
  } finally {
    inside -= 1;
    release();
  }
}

/** The same text typed on another keyboard or system is the same password. */
const normal = (password: string): string => password.normalize('NFKC');

export function hashPassword(password: string): Promise<string> {
  return inLane(() => hash(normal(password), options));
}

/** Whether the hash was made with other parameters than today's. */
export function isOutdated(stored: string): boolean {
  return !stored.startsWith(`$argon2id$v=19$m=${options.memoryCost},t=${options.timeCost},p=${options.parallelism}$`);
}

let decoy: Promise<string> | undefined;

/** Takes as long for an unknown account as for a known one, so that time does not tell which it is. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hash('no account has this password', options);
  const reference = stored ?? (await decoy);
  const matches = await inLane(() => verify(reference, normal(password)));
  return stored !== null && matches;
}
