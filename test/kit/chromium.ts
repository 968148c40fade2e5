import { type Browser, chromium, type Page } from 'playwright-core';

export interface Tab {
  page: Page;
  /** Whatever the page asked of other hosts, and whatever went wrong in it. */
  offences: string[];
}

/** Debian's Chromium, without a word to anybody outside. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP localhost 127.0.0.1',
    ],
  });
}

export async function openTab(
  browser: Browser,
  address: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Tab> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  // A busy machine draws slowly.
  page.setDefaultTimeout(90_000);
  const offences: string[] = [];
  const { host } = new URL(address);
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.host !== host) offences.push(`asked ${request.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') offences.push(`said ${message.text()}`);
  });
  page.on('pageerror', (error) => {
    offences.push(`threw ${error.message}`);
  });
  await page.goto(address, { waitUntil: 'networkidle' });
  return { page, offences };
}

/** A device that holds passkeys, and says yes by itself. */
export async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Signs in by the bar above GraphiQL and the playground. */
export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.fill('#bar input[name=email]', email);
  await page.fill('#bar input[name=password]', password);
  await page.click('#bar button[type=submit]');
  await page.waitForSelector('#bar select');
}
