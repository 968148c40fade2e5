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
}

/** A first visit, with nothing kept from before, until a request can be sent. */
async function visit(browser: Browser, address: string): Promise<Visit> {
  const page = await browser.newPage();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
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
  await page.locator('#snippet').filter({ hasText: 'curl' }).waitFor();
  const milliseconds = performance.now() - began;
  await page.waitForLoadState('networkidle');
  const longest = await page.evaluate(() => Number(Reflect.get(window, 'longest')()));
  await page.close();
  return { bytes, milliseconds, longest };
}

/** The playground's first use, against what it may cost at most. */
export async function playground(say: (line: string) => void): Promise<void> {
  const ocore = await Ocore.start({ OCORE_ROLE: 'gateway' });
  const browser = await openBrowser();
  try {
    const visits: Visit[] = [];
    for (let round = 0; round < rounds; round += 1)
      visits.push(await visit(browser, `${ocore.url}/docs/api/createInstance`));
    const median = (of: (one: Visit) => number): number => visits.map(of).toSorted((one, other) => one - other)[2] ?? 0;
    const kilobytes = median(({ bytes }) => bytes) / 1000;
    const milliseconds = median((one) => one.milliseconds);
    say(`bytes     ${kilobytes.toFixed(0)} KB, ${(kilobytes / goal.kilobytes).toFixed(2)} of ${goal.kilobytes} KB`);
    say(
      `first use ${milliseconds.toFixed(0)} ms, ${(milliseconds / goal.milliseconds).toFixed(2)} of ${goal.milliseconds} ms`,
    );
    say(`longest   ${median((one) => one.longest).toFixed(0)} ms of the main thread at a time`);
  } finally {
    await browser.close();
    await ocore.stop();
  }
}
