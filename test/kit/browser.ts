import { request } from 'node:http';
import { parseSetCookie } from 'cookie';
import { Answer } from './client.ts';

/** Plain HTTP: `fetch` puts its own Sec-Fetch headers in place of a browser's. */
function exchange(
  method: string,
  url: URL,
  body: string | undefined,
  headers: Record<string, string>,
): Promise<{ status: number; headers: Headers; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, headers: { ...headers, 'content-length': Buffer.byteLength(body ?? '') } },
      (response) => {
        const answerHeaders = new Headers();
        for (const [name, values] of Object.entries(response.headersDistinct))
          for (const value of values ?? []) answerHeaders.append(name, value);
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => {
            text += chunk;
          })
          .on('end', () => resolve({ status: response.statusCode ?? 0, headers: answerHeaders, text }))
          .on('error', reject);
      },
    );
    sent.on('error', reject).end(body);
  });
}

/** A browser as far as HTTP goes: a cookie jar per origin and path, same-origin headers, redirects one by one, forms. */
export class BrowserClient {
  readonly url: string;
  readonly #cookies = new Map<
    string,
    { name: string; value: string; path: string; host: string; attributes: string }
  >();
  org: string | null = null;

  constructor(url: string) {
    this.url = url;
  }

  cookie(name: string): string | undefined {
    return [...this.#cookies.values()].find((cookie) => cookie.name === name)?.value;
  }

  /** The cookie's Set-Cookie text, as it came. */
  attributes(name: string): string {
    return [...this.#cookies.values()].find((cookie) => cookie.name === name)?.attributes ?? '';
  }

  setCookie(name: string, value: string): void {
    for (const cookie of this.#cookies.values()) if (cookie.name === name) cookie.value = value;
  }

  cookieHeader(url: URL): string {
    return [...this.#cookies.values()]
      .filter((cookie) => cookie.host === url.host && url.pathname.startsWith(cookie.path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  async send(
    method: string,
    address: string,
    { body, type, headers = {} }: { body?: string; type?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const url = new URL(address, this.url);
    const cookie = this.cookieHeader(url);
    const response = await exchange(method, url, body, {
      'sec-fetch-site': 'same-origin',
      ...(method === 'GET' ? {} : { origin: url.origin }),
      ...(cookie ? { cookie } : {}),
      ...(type ? { 'content-type': type } : {}),
      ...(this.org ? { 'x-org-slug': this.org } : {}),
      ...headers,
    });
    for (const text of response.headers.getSetCookie()) {
      const { name, value, path, maxAge } = parseSetCookie(text);
      const key = `${url.host} ${name} ${path}`;
      if (maxAge === 0 || !value) this.#cookies.delete(key);
      else this.#cookies.set(key, { name, value, path: path ?? '/', host: url.host, attributes: text });
    }
    const { text } = response;
    return new Answer(
      response.status,
      response.headers,
      text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
    );
  }

  get(address: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', address, { headers });
  }

  /** As our own front end calls the API: with cookies, and the CSRF token where there is one. */
  api(method: string, path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const csrf = this.cookie('ocore_csrf');
    return this.send(method, `/api${path}`, {
      ...(method === 'GET' ? {} : { body: JSON.stringify(body), type: 'application/json' }),
      headers: { 'x-ocore-session': 'cookie', ...(csrf ? { 'x-csrf-token': csrf } : {}), ...headers },
    });
  }

  /** Presses the button of the page's only form, with these fields filled in. */
  submit(page: Answer, fields: Record<string, string> = {}): Promise<Answer> {
    const markup = String(page.body);
    const action = /<form[^>]* action="([^"]+)"/.exec(markup)?.[1];
    if (!action) throw new Error(`There is no form in ${markup}`);
    const hidden = Object.fromEntries(
      [...markup.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
    return this.send('POST', action.replaceAll('&amp;', '&'), {
      body: new URLSearchParams({ ...hidden, ...fields }).toString(),
      type: 'application/x-www-form-urlencoded',
      // Browsers do not name the origin of such a page.
      headers: page.headers.get('referrer-policy') === 'no-referrer' ? { origin: 'null' } : {},
    });
  }

  /** Follows redirects from an answer until a page that is none, or one whose address begins with `until`; gives its address. */
  async follow(answer: Answer, from: string, until: string): Promise<{ answer: Answer; address: string }> {
    let address = from;
    let current = answer;
    while ([301, 302, 303, 307].includes(current.status)) {
      address = new URL(current.headers.get('location') ?? '', address).href;
      if (address.startsWith(until)) break;
      current = await this.get(address, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' });
    }
    return { answer: current, address };
  }
}
