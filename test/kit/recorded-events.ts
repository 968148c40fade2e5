import { catalogue } from '../../src/events/catalogue/catalogue.ts';
import type { Ocore } from './ocore.ts';

const recorded = `SELECT DISTINCT type, payload FROM outbox_events
  UNION SELECT action, coalesce(after_state, '{}') FROM audit_entries WHERE action ~ '^(auth|user|admin)\\.'`;

/** Entries that do not say who did it from where, in which request; what tests insert by themselves has no mark. */
const incomplete = `SELECT DISTINCT action FROM audit_entries WHERE mark IS NOT NULL
  AND (request_id = '' OR actor_name IS NULL OR (actor_type IN ('user', 'api_key') AND ip_address IS NULL))`;

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
  const vague = rows.length === 0 ? [] : await ocore.sql<{ action: string }>(incomplete);
  if (vague.length > 0)
    throw new Error(`Audit entries without their request or address: ${vague.map(({ action }) => action).join(', ')}`);
  if (wrong.length > 0) throw new Error(`Events that are not as the catalogue says:\n${wrong.join('\n')}`);
}
