/** Loaded before the program (`node --import`): calls that stall end within seconds, so that all of them can be tried. */
import { engineCalls } from '../../../src/remote/docker/calls.ts';

for (const call of Object.values(engineCalls))
  Object.assign(call, { deadlineMs: Math.max(4000, call.deadlineMs / 20) });
