import type { App } from '../app.ts';
import { openMs } from '../events/read.ts';
import { WorkLoop } from '../events/work-loop.ts';
import { dispatchEvents } from './dispatch.ts';
import { Sender } from './sender.ts';
import { startSweep } from './sweep.ts';

/** A wake-up may be lost. */
const everyMs = 5000;

/** Makes deliveries of events and sends them, in every process that works. */
export function startWebhooks(app: App): { stop(): Promise<void> } {
  const dispatcher = new WorkLoop(app.events, 'outbox', everyMs, app.log, async () => {
    const { more, open } = await dispatchEvents(app);
    if (open) setTimeout(() => dispatcher.wake(), openMs);
    return more;
  });
  const sender = new Sender(app);
  const sweep = startSweep(app);
  return {
    stop: async () => {
      await dispatcher.stop();
      await sender.stop();
      await sweep.stop();
    },
  };
}
