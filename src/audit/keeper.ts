import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import { WorkLoop } from '../events/work-loop.ts';
import { anchorChains } from './anchors.ts';
import { renumber } from './position.ts';
import { isWaiting, sealSome } from './seal.ts';

const anchorEveryMs = 60_000;

/**
 * Seals entries a moment after they are written, and signs the ends of chains. Every worker may: one works at a time.
 * Nobody wakes it, since that would be one statement more for every change: it looks every second.
 */
export function startAuditKeeper(app: App): WorkLoop {
  let begun = false;
  let anchored = 0;
  return new WorkLoop(app.events, 'audit', 1000, app.log, async () => {
    if (!begun) await app.db.prisma.$transaction(renumber);
    begun = true;
    if (await isWaiting(app)) {
      anchored = 0;
      const more = await sealSome(app);
      // A long backlog, as after an update, leaves room for the operations of this process.
      if (more) await sleep(50);
      return more;
    }
    if (Date.now() - anchored >= anchorEveryMs) {
      await anchorChains(app, 'daily');
      anchored = Date.now();
    }
    return false;
  });
}
