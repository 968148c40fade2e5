import { createHash } from 'node:crypto';
import type { Response } from 'express';

/** HTML that is safe to send: made by `html`, which escapes every value that is not such HTML itself. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);
const escaped = (value: string): string => value.replace(/[&<>"']/g, (sign) => entities.get(sign) ?? sign);

export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  const text = (value: string | Html | readonly Html[] | undefined): string =>
    value === undefined
      ? ''
      : value instanceof Html
        ? value.text
        : typeof value === 'string'
          ? escaped(value)
          : value.map((one) => one.text).join('');
  return new Html(parts.map((part, index) => part + text(values[index])).join(''));
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem;color:#1c2430;background:#fff}
h1{font-size:1.4rem}label{display:block;margin:1rem 0 .25rem}input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #8a94a3;border-radius:4px}
button{font:inherit;margin-top:1rem;padding:.5rem 1.25rem;border:0;border-radius:4px;background:#1d4ed8;color:#fff;cursor:pointer}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f4f6;padding:1rem;border-radius:4px}
.error{color:#b91c1c}@media(prefers-color-scheme:dark){body{color:#e5e7eb;background:#111827}pre{background:#1f2937}input{background:#1f2937;color:inherit}.error{color:#fca5a5}}`;
const styleHash = createHash('sha256').update(style).digest('base64');

export interface Page {
  title: string;
  body: Html;
  status?: number;
  /** Where its form may lead besides this origin: browsers ask that of redirects, too. */
  formTarget?: string;
}

/** Sends a page that loads nothing, runs nothing, cannot be framed, is not kept, and sends no referrer, because its address may hold a token. */
export function sendPage(response: Response, { title, body, status = 200, formTarget }: Page): void {
  response.status(status);
  response.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'${formTarget ? ` ${formTarget}` : ''}; base-uri 'none'; frame-ancestors 'none'`,
  );
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Frame-Options', 'DENY');
  response.type('html').send(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${escaped(title)} – oCore</title><style>${style}</style></head>
<body><main><h1>${escaped(title)}</h1>
${body.text}</main></body></html>
`);
}
