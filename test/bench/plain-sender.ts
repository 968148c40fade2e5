/** A bare loop that signs and posts with undici: what webhooks are measured against. Prints the milliseconds that it took. */
import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';

const urls = (process.env['URLS'] ?? '').split(',');
const count = Number(process.env['COUNT']);
const loops = Number(process.env['LOOPS']);
const body = process.env['BODY'] ?? '';
const secret = Buffer.alloc(32, 'secret');
const dispatcher = new Agent({ pipelining: 1, allowH2: false });
let sent = 0;

async function loop(): Promise<void> {
  while (sent < count) {
    const url = urls[sent % urls.length] ?? '';
    sent += 1;
    const id = `msg_${randomUUID()}`;
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    const answer = await request(url, {
      dispatcher,
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
    });
    await answer.body.text();
  }
}

// The connections are made before the clock runs, as those of a worker are.
const all = count;
for (const [part, goal] of [
  ['warm', Math.min(all, loops * 2)],
  ['timed', all],
] as const) {
  sent = all - goal;
  const began = performance.now();
  await Promise.all(Array.from({ length: loops }, loop));
  if (part === 'timed') process.stdout.write(`${performance.now() - began}\n`);
}
process.exit(0);
