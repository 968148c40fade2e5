import type { Browser } from 'playwright-core';
import { openBrowser } from '../kit/chromium.ts';
import { Ocore } from '../kit/ocore.ts';

const goal = { kilobytes: 400, milliseconds: 1500 };
const rounds = 5;

interface Visit {
  bytes: number;
  milliseconds: number;
  /** The longest that the page kept the browser from anything else. */
  longest: number;
  /** How long the processor worked for the page, however busy the machine is otherwise. */
  work: number;
}

/** A first visit, with nothing kept from before, until a request can be sent. */
async function visit(browser: Browser, address: string, selector: string): Promise<Visit> {
  const page = await browser.newPage();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  let bytes = 0;
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.addInitScript(() => {
    const tasks: number[] = [0];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: 'longtask', buffered: true });
    Reflect.set(window, 'longest', () => Math.max(...tasks));
  });
  const began = performance.now();
  await page.goto(address, { waitUntil: 'commit' });
  await page.waitForSelector(selector);
  const milliseconds = performance.now() - began;
  await page.waitForLoadState('networkidle');
  const longest = await page.evaluate(() => Number(Reflect.get(window, 'longest')()));
  const { metrics } = await devtools.send('Performance.getMetrics');
  const work = (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
  await page.close();
  return { bytes, milliseconds, longest, work };
}

/** The playground's first use, against what it may cost at most. */
export async function playground(say: (line: string) => void): Promise<void> {
  const ocore = await Ocore.start({ OCORE_ROLE: 'gateway' });
  const browser = await openBrowser();
  try {
    const visits: Visit[] = [];
    const plain: Visit[] = [];
    for (let round = 0; round < rounds; round += 1) {
      plain.push(await visit(browser, `${ocore.url}/healthz`, 'body'));
      visits.push(await visit(browser, `${ocore.url}/docs/api/createInstance`, '#snippet code:has-text("curl")'));
    }
    const median = (of: (one: Visit) => number, all = visits): number =>
      all.map(of).toSorted((one, other) => one - other)[Math.floor(rounds / 2)] ?? 0;
    const kilobytes = median(({ bytes }) => bytes) / 1000;
    const milliseconds = median((one) => one.milliseconds);
    const least = median((one) => one.milliseconds, plain);
    say(`bytes     ${kilobytes.toFixed(0)} KB, ${(kilobytes / goal.kilobytes).toFixed(2)} of ${goal.kilobytes} KB`);
    say(
      `first use ${milliseconds.toFixed(0)} ms, ${(milliseconds / goal.milliseconds).toFixed(2)} of ${goal.milliseconds} ms; a page of one line ${least.toFixed(0)} ms`,
    );
    say(
      `work      ${median(({ work }) => work).toFixed(0)} ms of the processor; at most ${median(({ longest }) => longest).toFixed(0)} ms at a time`,
    );
  } finally {
    await browser.close();
    await ocore.stop();
  }
}
