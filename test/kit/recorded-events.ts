import { catalogue } from '../../src/events/catalogue/catalogue.ts';
import type { Ocore } from './ocore.ts';

const recorded = `SELECT DISTINCT type, payload FROM outbox_events
  UNION SELECT action, coalesce(after_state, '{}') FROM audit_entries WHERE action ~ '^(auth|user|admin)\\.'`;

/** Whatever a test file brought about, its events must say what the catalogue promises, and nothing more. */
export async function checkRecordedEvents(ocore: Ocore): Promise<void> {
  const rows = await ocore.sql<{ type: string; payload: unknown }>(recorded).catch((error: unknown) => {
    // The test ended the control plane with its database.
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return [];
    throw error;
  });
  const promised = new Map(Object.entries(catalogue));
  const wrong = rows.flatMap(({ type, payload }) => {
    const found = promised.get(type)?.data.safeParse(payload);
    return found?.success
      ? []
      : [`${type} ${JSON.stringify(payload)}: ${found?.error.message ?? 'not in the catalogue'}`];
  });
  if (wrong.length > 0) throw new Error(`Events that are not as the catalogue says:\n${wrong.join('\n')}`);
}
