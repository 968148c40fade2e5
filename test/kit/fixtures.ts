import { base } from './base-fixtures.ts';
import type { Client } from './client.ts';
import type { Ocore } from './ocore.ts';

/** What a row of `it.for` asks with: its test hands it over. */
export interface Fixtures {
  ocore: Ocore;
  owner: Client;
}

/**
 * What most test files work with. A test that names one of these gets it; it is made for the first that does, and is the
 * same for the whole file: `it.override('env', { OCORE_ROLE: 'gateway' })` at the top of a file says how it is made.
 */
export const it = base;

// Before the first test, not in its minute: a start takes its time on a busy machine.
it.beforeAll(({ ocore: _started }) => {});
