import type { App } from '../../app.ts';
import { WorkLoop } from '../../events/work-loop.ts';
import { newId } from '../../ids.ts';
import { behind, type Position } from '../position.ts';
import { batchSize, entriesAfter } from './entries.ts';
import { httpReceiver } from './http.ts';
import type { Receiver } from './receiver.ts';
import { syslogReceiver } from './syslog.ts';

/** How long a receiver may take for a batch. */
const sendMs = 15_000;
/** How long nobody else sends the batch: longer than it can take, so that only a process that died leaves it to another. */
const lease = '45 seconds';
const delayOf = (failures: number): number => Math.min(2 ** failures, 300);

interface Taken extends Position {
  claim: string;
  failures: number;
}

/** Takes the position of a receiver, if something waits for it and nobody else sends. */
async function take({ db }: App, name: string): Promise<Taken | undefined> {
  const claim = newId();
  const waiting = await db.pool.query({
    name: 'entries to forward',
    text: `SELECT FROM ${behind} WHERE p.reader = $1 AND p.lease_until <= now()`,
    values: [name],
  });
  if (waiting.rowCount === 0) return undefined;
  const { rows } = await db.pool.query<Omit<Taken, 'claim'>>(
    `UPDATE audit_positions SET claim = $2, lease_until = now() + interval '${lease}' WHERE reader = $1 AND lease_until <= now()
     RETURNING xid::text, entry_id AS id, failures`,
    [name, claim],
  );
  return rows[0] && { ...rows[0], claim };
}

/** Moves the position on, or puts the next attempt off. A process that lost its claim changes nothing. */
async function settle({ db }: App, name: string, { claim }: Taken, next: Position): Promise<void> {
  await db.pool.query(
    'UPDATE audit_positions SET xid = $3::xid8, entry_id = $4, failures = 0, claim = NULL, lease_until = now() WHERE reader = $1 AND claim = $2',
    [name, claim, next.xid, next.id],
  );
}
async function putOff({ db }: App, name: string, { claim, failures }: Taken): Promise<void> {
  await db.pool.query(
    'UPDATE audit_positions SET failures = failures + 1, claim = NULL, lease_until = now() + make_interval(secs => $3) WHERE reader = $1 AND claim = $2',
    [name, claim, delayOf(failures)],
  );
}

/** Sends one batch; says whether there may be more. The position moves only once the receiver has it: at least once. */
async function forwardSome(app: App, receiver: Receiver, end: AbortSignal): Promise<boolean> {
  const taken = await take(app, receiver.name);
  if (!taken) return false;
  const { entries, position } = await entriesAfter(app, taken);
  try {
    if (entries.length > 0) await receiver.send(entries, AbortSignal.any([end, AbortSignal.timeout(sendMs)]));
  } catch (error) {
    if (!end.aborted)
      app.log.warn(
        { err: error, receiver: receiver.name, failures: taken.failures + 1, nextSeconds: delayOf(taken.failures) },
        'Audit entries could not be forwarded; they will be sent again',
      );
    await putOff(app, receiver.name, taken);
    return false;
  }
  await settle(app, receiver.name, taken, position);
  return entries.length === batchSize;
}

function receiversOf({ config }: App): Receiver[] {
  const { AUDIT_SYSLOG_URL, AUDIT_SYSLOG_CA, AUDIT_HTTP_URL, AUDIT_HTTP_SECRET } = config;
  return [
    ...(AUDIT_SYSLOG_URL ? [syslogReceiver(AUDIT_SYSLOG_URL, AUDIT_SYSLOG_CA)] : []),
    ...(AUDIT_HTTP_URL && AUDIT_HTTP_SECRET ? [httpReceiver(AUDIT_HTTP_URL, AUDIT_HTTP_SECRET)] : []),
  ];
}

/**
 * Forwards every entry to the receivers of the configuration, each at its own pace: a dead one delays nothing but itself.
 * A receiver that is new gets everything that is kept.
 */
export function startForwarding(app: App): { stop(): Promise<void> } {
  const end = new AbortController();
  const loops = receiversOf(app).map((receiver) => {
    let isKnown = false;
    return new WorkLoop(app.events, 'audit', 1000, app.log, async () => {
      if (!isKnown)
        await app.db.pool.query('INSERT INTO audit_positions (reader) VALUES ($1) ON CONFLICT DO NOTHING', [
          receiver.name,
        ]);
      isKnown = true;
      return forwardSome(app, receiver, end.signal);
    });
  });
  return {
    stop: async () => {
      end.abort();
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
