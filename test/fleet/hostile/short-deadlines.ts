/** Loaded before the program (`node --import`): calls that stall, and waits for servers that are away, end within seconds, so that all of them can be tried. */
import { awayMs } from '../../../src/operations/retrying.ts';
import { engineCalls } from '../../../src/remote/docker/calls.ts';

for (const call of Object.values(engineCalls))
  Object.assign(call, { deadlineMs: Math.max(4000, call.deadlineMs / 20) });
// A few more tries, and then the reason.
Object.assign(awayMs, { unbegun: 4000, begun: 4000, cleanup: 4000 });
